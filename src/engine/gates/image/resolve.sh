# Resolves the compose files of a commit and touches nothing that is checked out: the commit is written into a folder of
# ours, and what the application's folder holds besides (`.env`, and what it names) is linked there, as it would be
# found after a checkout. First it prints what tells whether anything of that has changed; where it is what is known
# already, nothing more is done. Arguments: our folder, what is known, the tag, the commit, the `docker compose` options.
ours=$1 known=$2 tag=$3 commit=$4; shift 4
refuse() { echo "$1" >&2; exit "$2"; }
away() { rm -rf "$ours/tree" "$ours/index" "$ours/said"; }
trap away EXIT
trap 'away; exit 143' HUP INT TERM
# What a look left behind that was killed by force.
find "${ours%/*}" -mindepth 1 -maxdepth 1 -mmin +1440 -exec rm -rf {} + 2>/dev/null
top=$(git rev-parse --show-toplevel) && inner=$(git rev-parse --show-prefix) || exit 90
# Files that may hold settings; whatever else goes in is seen when the release starts.
print=
stat -L -c %i . >/dev/null 2>&1 && print=$(find . -maxdepth 3 -name .git -prune -o -type d -name node_modules -prune -o \
  \( -name '*env*' -o -name '*.y*ml' -o -name '*.json' -o -name '*.toml' -o -name '*.conf' \) \( -type f -o -type l \) \
  -exec stat -L -c '%n %s %Y %Z %i' {} + 2>/dev/null | sort | sha256sum) || print=
print=${print%% *}
echo "${print:--}"
if [ -n "$print" ] && [ "$print" = "$known" ]; then exit 0; fi
cd -- "$top" || exit 90
has() { git cat-file -e "$commit^{commit}" 2>/dev/null; }
if ! has; then
  git -c gc.auto=0 -c maintenance.auto=false fetch --quiet --no-tags --no-recurse-submodules --no-write-fetch-head \
    origin "refs/tags/$tag" || exit 91
  has || refuse "the tag $tag does not lead to the commit $commit any more" 92
fi
(
  GIT_INDEX_FILE=$ours/index GIT_LFS_SKIP_SMUDGE=1
  export GIT_INDEX_FILE GIT_LFS_SKIP_SMUDGE
  git read-tree "$commit" && git checkout-index --all --prefix="$ours/tree/"
) || exit 93
# Makes the folders of a path in our tree, and goes through no link that the commit holds.
folders() {
  made=$ours/tree rest=$1
  while [ -n "$rest" ]; do
    made=$made/${rest%%/*}
    case $rest in */*) rest=${rest#*/} ;; *) rest= ;; esac
    [ ! -L "$made" ] || refuse "the commit has a link where the host has a folder: ${made#"$ours/tree/"}" 94
    [ -d "$made" ] || mkdir -- "$made" || exit 93
  done
}
mkdir -p "$ours/tree" || exit 93
git -c core.quotePath=false ls-files --others --directory --no-empty-directory >"$ours/said" || exit 93
while IFS= read -r path; do
  path=${path%/}
  # What git puts in quotes has a name that nobody gives to a file of settings.
  case $path in '"'*) continue ;; esac
  here=$ours/tree/$path
  case $path in */*) folders "${path%/*}" ;; esac
  if [ -e "$here" ] || [ -L "$here" ]; then continue; fi
  ln -s "$top/$path" "$here" || exit 93
done <"$ours/said"
folders "${inner%/}"
cd -- "$ours/tree/$inner" || exit 93
if docker compose "$@" config --format json 2>"$ours/said"; then
  cat "$ours/said" >&2
  # What is written there before anything is filled in: only that may be shown.
  docker compose "$@" config --no-interpolate --format json 2>/dev/null
  exit 0
else
  status=$?
fi
# The values of `.env` may stand in what it says. What is said without them, and the name of what is missing, is shown.
grep -v level=warning "$ours/said" | sed -n '1s/^\(error while interpolating [A-Za-z0-9_.-]*: required variable [A-Za-z_][A-Za-z0-9_]* is missing a value\).*/\1/p' >&2
docker compose "$@" config --no-interpolate --quiet 2>&1 >/dev/null | grep -v level=warning >&2
echo "what docker compose says may hold values of .env and is told on the host only: docker compose config" >&2
exit "$status"
