#!/bin/sh
# Runs every executable file in the folder beside this one that has its name and `.d`, each with the same lines on
# its standard input, all of them even after a failure; the first failure decides.
lines=$(cat)
result=0
for script in "$0.d"/*; do
  if [ -f "$script" ] && [ -x "$script" ]; then
    printf '%s\n' "$lines" | "$script" "$@"
    code=$?
    if [ "$result" -eq 0 ]; then result=$code; fi
  fi
done
exit "$result"
