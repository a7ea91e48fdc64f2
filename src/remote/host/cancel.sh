[ -d "$K" ] || { begin absent; end; }
: >"$K/cancelled"
[ ! -s "$K/rc" ] || state
exec 7<"$K/lock"
# A step that is lost stays lost: nobody ended it.
if flock -s -n 7; then exec 7<&-; state; fi
if [ -s "$K/pgid" ]; then
  read -r session <"$K/pgid"
  exec 6>>"$K/ending"
  flock 6
  # Only what left nothing behind is ended: a process in a session of its own still holds the lock.
  if stop_session "$session" && flock -s -n 7; then leave "$K" 130; fi
fi
exec 6>&- 7<&-
state
