if [ -s "$S/holder" ]; then
  { IFS= read -r number; IFS= read -r held; } <"$S/holder"
  begin held
  printf '%s' "$held"
  end
fi
begin free
end
