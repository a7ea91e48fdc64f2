IFS= read -r release || exit 1
[ -d "$S" ] || { begin free; end; }
exec 8>>"$S/start.lock"
flock 8
if [ -s "$S/holder" ]; then
  { IFS= read -r number; IFS= read -r held; } <"$S/holder"
  if [ "$number" != "$release" ]; then begin held; printf '%s' "$held"; end; fi
  rm -f "$S/holder"
fi
begin free
end
