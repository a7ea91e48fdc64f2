# Prints the processes of a session; ended ones that nobody has waited for do not count.
members() {
  for stat in /proc/[0-9]*/stat; do
    { IFS= read -r line <"$stat"; } 2>/dev/null || continue
    pid=${stat#/proc/}
    session_of "${pid%/stat}" "$1" ${line##*) }
  done
}
session_of() { if [ "$6" = "$2" ] && [ "$3" != Z ]; then echo "$1"; fi; }
# Ends a session: ten seconds to end well, then by force.
stop_session() {
  for try in 1 2 3 4 5 6 7 8 9 10 11 12; do
    found=$(members "$1")
    [ -n "$found" ] || return 0
    signal=TERM
    [ "$try" -le 10 ] || signal=KILL
    kill -s "$signal" $found 2>/dev/null
    sleep 1
  done
  [ -z "$(members "$1")" ]
}
# Leaves a status for a step that was ended, unless it left one itself.
leave() {
  [ ! -s "$1/rc" ] || return 0
  printf '%-15s\n' "$2" >"$1/rc.end" && { sync "$1/rc.end" 2>/dev/null || sync; } && mv "$1/rc.end" "$1/rc"
}
