# The worker of one step (arguments: folder, limit) and, with a third argument, the guard of its limit.
K=$1 limit=$2
if [ -n "${3:-}" ]; then
  # A pause that has only just begun still has this trap and would swallow a milder signal.
  trap '[ -z "$!" ] || kill -KILL "$!" 2>/dev/null; exit 0' TERM
  sleep "$limit" &
  pause=$!
  wait "$pause"
  [ ! -s "$K/rc" ] || exit 0
  exec 7<"$K/lock"
  # Nothing of the step lives: the session's number may belong to somebody else by now.
  if flock -s -n 7; then exit 0; fi
  exec 7<&-
  exec 6>>"$K/ending"
  flock 6
  : >"$K/expired"
  echo "the step was ended at its limit of $limit s" >>"$K/log"
  if stop_session "$3"; then leave "$K" 124; fi
  exit 0
fi
printf '%s\n' "$$" >"$K/pgid.new" && mv "$K/pgid.new" "$K/pgid"
setsid sh "$K/run" "$K" "$limit" "$$" </dev/null >/dev/null 2>&1 9>&- &
guard=$!
sh "$K/cmd" "$K"
status=$?
[ ! -e "$K/expired" ] || status=124
# The block of this file was reserved at the start, so that a full disk cannot lose the status.
printf '%-15s\n' "$status" 1<>"$K/rc.new"
sync "$K/rc.new" 2>/dev/null || sync
mv "$K/rc.new" "$K/rc"
sync "$K" 2>/dev/null
kill "$guard" 2>/dev/null
exit 0
