finished() { read -r status <"$K/rc"; begin finished "$status"; end; }
# The lock is held by everything that belongs to the step; who only asks takes a shared one for a moment.
state() {
  [ -d "$K" ] || { begin absent; end; }
  [ ! -s "$K/rc" ] || finished
  exec 7<"$K/lock"
  if flock -s -n 7; then
    exec 7<&-
    # Whoever ends a step holds this from before its last process dies until its status is there.
    if [ -e "$K/ending" ]; then
      exec 6<"$K/ending"
      flock -s -n 6 || { begin running; end; }
      exec 6<&-
    fi
    [ ! -s "$K/rc" ] || finished
    if [ "$(cat "$K/boot")" = "$(cat /proc/sys/kernel/random/boot_id)" ]; then begin lost same-boot; else begin lost other-boot; fi
  elif [ -s "$K/pgid" ]; then begin running
  else begin starting
  fi
  end
}
