IFS= read -r token && IFS= read -r limit && IFS= read -r size || exit 1
command -v setsid >/dev/null 2>&1 || incapable "setsid is missing (package util-linux)"
[ ! -d "$K" ] || state
said=$(mkdir -p "$S/steps" 2>&1) || incapable "$said"
find "$S/steps" "$S/looks" -mindepth 1 -maxdepth 1 -mtime +30 -exec rm -rf {} + 2>/dev/null
T=$(mktemp -d "$S/steps/.new.XXXXXX" 2>&1) || incapable "$T"
# All input is read before the lock is taken: a frozen line must not keep others from starting.
cat >"$T/cmd"
[ "$(wc -c <"$T/cmd")" -eq "$size" ] || { rm -rf "$T"; exit 1; }
cat >"$T/run" <<'RUN' || { rm -rf "$T"; incapable "the folder cannot be written"; }
#RUN#
RUN
exec 8>>"$S/start.lock"
flock 8
if [ -d "$K" ]; then rm -rf "$T"; exec 8>&-; state; fi
seen=0
[ ! -s "$S/token" ] || read -r seen <"$S/token"
if [ "$token" -lt "$seen" ]; then rm -rf "$T"; begin refused "$seen"; end; fi
said=$({
  { [ "$token" -eq "$seen" ] || { printf '%s\n' "$token" >"$S/token.new" && mv "$S/token.new" "$S/token"; }; } &&
    printf '%s\n' "$token" >"$T/token" &&
    cat /proc/sys/kernel/random/boot_id >"$T/boot" &&
    : >"$T/log" && : >"$T/lock" && printf '%-15s\n' 0 >"$T/rc.new"
} 2>&1) || { rm -rf "$T"; incapable "$said"; }
# The lock is held before anybody can see the folder, and the worker inherits it: no moment looks like a lost step.
exec 9>>"$T/lock"
flock -n 9 || { rm -rf "$T"; incapable "the lock of the step cannot be taken"; }
said=$(mv "$T" "$K" 2>&1) || { rm -rf "$T"; incapable "$said"; }
setsid sh "$K/run" "$K" "$limit" </dev/null >>"$K/log" 2>&1 8>&- &
exec 9>&- 8>&-
state
