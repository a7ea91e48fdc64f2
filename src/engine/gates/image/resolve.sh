# Resolves the compose files of a commit and touches nothing that is checked out: the commit is written into a folder of
# ours, and what the application's folder holds besides (`.env`, and what it names) is linked there, as it would be
# found after a checkout. Arguments: our folder, the tag, the commit, the `docker compose` options.
ours=$1 tag=$2 commit=$3; shift 3
refuse() { echo "$1" >&2; exit "$2"; }
top=$(git rev-parse --show-toplevel) && inner=$(git rev-parse --show-prefix) || exit 90
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
git -c core.quotePath=false ls-files --others --directory --no-empty-directory | while IFS= read -r path; do
  path=${path%/}
  # What git puts in quotes has a name that nobody gives to a file of settings.
  case $path in '"'*) continue ;; esac
  here=$ours/tree/$path
  if [ -e "$here" ] || [ -L "$here" ]; then continue; fi
  mkdir -p "${here%/*}" && ln -s "$top/$path" "$here"
done || exit 93
mkdir -p "$ours/tree/$inner" && cd -- "$ours/tree/$inner" || exit 93
exec docker compose "$@" config --format json
