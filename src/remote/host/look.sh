IFS= read -r limit && IFS= read -r size || exit 1
command -v setsid >/dev/null 2>&1 || incapable "setsid is missing (package util-linux)"
said=$(mkdir -p "$S/looks" 2>&1) || incapable "$said"
T=$(mktemp -d "$S/looks/XXXXXX" 2>&1) || incapable "$T"
trap 'rm -rf "$T"' EXIT
cat >"$T/cmd"
[ "$(wc -c <"$T/cmd")" -eq "$size" ] || exit 1
begin look
begin look >&2
# A session of its own, so that the limit reaches whatever the commands have started.
setsid sh "$T/cmd" "$T" </dev/null &
child=$!
{
  # A pause that has only just begun still has this trap and would swallow a milder signal. Before it, the last one
  # begun is the look itself.
  trap '[ "$!" = "$child" ] || kill -KILL "$!" 2>/dev/null; exit 0' TERM
  sleep "$limit" &
  pause=$!
  wait "$pause"
  : >"$T/expired"
  trap '' TERM
  stop_session "$child"
} </dev/null >/dev/null 2>&1 &
guard=$!
wait "$child"
status=$?
kill "$guard" 2>/dev/null
wait "$guard"
[ ! -e "$T/expired" ] || status=124
end "$status"
