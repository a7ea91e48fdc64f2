# Says which file is the newest that matches, and whether it is whole. Arguments: the pattern, `file` or `postgres`, the
# least size, the ending of the checksum file (may be empty), and under which identity a file was looked into already.
pattern=$1 kind=$2 least=$3 ending=$4 known=$5
end() { echo end; exit 0; }
last() { printf '%s\n' "$1" | sed -n '/./{h;};${x;p;}' | cut -c1-400; }

# A folder that cannot be looked into holds no less than one that can.
fixed=${pattern%%[*?[]*}
folder=${fixed%/*}/
if [ ! -d "$folder" ] || [ ! -r "$folder" ] || [ ! -x "$folder" ]; then echo "closed $folder"; end; fi

IFS=
newest=
for file in $pattern; do
  [ -f "$file" ] || continue
  case $file in *'
'*) continue ;; esac
  if [ -n "$ending" ]; then case $file in *".$ending") continue ;; esac; fi
  if [ -z "$newest" ] || [ "$file" -nt "$newest" ]; then newest=$file; fi
done
unset IFS
[ -n "$newest" ] || { echo nothing; end; }

about=$(stat -L -c '%Y %s %d:%i:%Z' -- "$newest") || exit 3
printf 'path %s\n' "$newest"
printf 'about %s\n' "$about"
size=${about#* }
size=${size%% *}
[ "$size" -ge "$least" ] || { echo small; end; }

sum=
about_sum=none
if [ -n "$ending" ]; then
  sum=$newest.$ending
  [ -f "$sum" ] || { echo "sum-missing $sum"; end; }
  about_sum=$(stat -L -c '%s:%Y:%d:%i:%Z' -- "$sum") || exit 3
fi
identity=$(printf '%s/%s/%s' "$kind" "$about" "$about_sum" | tr ' ' :)
printf 'identity %s\n' "$identity"
[ "$identity" != "$known" ] || { echo same; end; }

wanted=
tool=sha256sum
if [ -n "$sum" ]; then
  name=${newest##*/}
  while read -r first rest || [ -n "$first" ]; do
    case $rest in
      "($name) = "*) wanted=${rest##*= } ;;
      *)
        rest=${rest#\*}
        if [ -z "$rest" ] || [ "${rest##*/}" = "$name" ]; then wanted=$first; fi
        ;;
    esac
  done <"$sum"
  case ${#wanted} in
    32) tool=md5sum ;;
    40) tool=sha1sum ;;
    56) tool=sha224sum ;;
    64) tool=sha256sum ;;
    96) tool=sha384sum ;;
    128) tool=sha512sum ;;
    *) echo "sum-unreadable $sum"; end ;;
  esac
  wanted=$(printf %s "$wanted" | tr A-F a-f)
fi
own=$($tool <"$newest") || exit 3
own=${own%% *}
printf 'sum %s\n' "$own"
if [ -n "$wanted" ] && [ "$wanted" != "$own" ]; then printf 'sum-other %s\n' "$wanted"; end; fi

if [ "$kind" = postgres ]; then
  command -v pg_restore >/dev/null 2>&1 || { echo tool-missing; end; }
  export LC_ALL=C TZ=UTC0
  if list=$(pg_restore --list -- "$newest" 2>&1); then
    printf '%s\n' "$list" | sed -n 's/^; *Archive created at \([0-9-]* [0-9:]*\).*/created \1/p'
  else
    printf 'broken %s\n' "$(last "$list")"
    end
  fi
  # The table of contents says nothing about the end; only who reads all of it notices what is missing.
  if said=$(pg_restore --file=/dev/null -- "$newest" 2>&1); then echo whole; else printf 'broken %s\n' "$(last "$said")"; fi
fi
end
