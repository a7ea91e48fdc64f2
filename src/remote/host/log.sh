IFS= read -r offset || exit 1
begin log
[ ! -f "$K/log" ] || tail -c "+$((offset + 1))" "$K/log" | head -c 262144
end
