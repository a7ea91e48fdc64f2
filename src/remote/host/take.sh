IFS= read -r release && IFS= read -r text || exit 1
said=$(mkdir -p "$S" 2>&1) || incapable "$said"
exec 8>>"$S/start.lock"
flock 8
if [ -s "$S/holder" ]; then
  { IFS= read -r number; IFS= read -r held; } <"$S/holder"
  if [ "$number" != "$release" ]; then begin held; printf '%s' "$held"; end; fi
fi
said=$({ printf '%s\n%s\n' "$release" "$text" >"$S/holder.new" && mv "$S/holder.new" "$S/holder"; } 2>&1) || incapable "$said"
sync "$S/holder" 2>/dev/null || sync
begin free
end
