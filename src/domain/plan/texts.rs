//! The fixed shell texts that a plan's steps bring along as files; everything that varies is an argument or a file.
//!
//! POSIX sh, without `local` and arrays. They are written into the step's own folder, so that no text is ever handed
//! to a shell on a command line. A line that starts with [`SECTION`] begins a part of what an inspection prints.

use std::collections::BTreeMap;

/// What begins a part of an inspection's output.
pub(super) const SECTION: &str = "--tagwarden: ";

/// A fixed text under its file name.
pub(super) type File = (&'static str, &'static str);

/// Tries a command once a second until it succeeds; the host's limit ends it.
pub(super) const UNTIL: File = (
    "until.sh",
    r#"until "$@"; do sleep 1; done
"#,
);

/// Says what of the needed things is there.
pub(super) const CHECK: File = (
    "check.sh",
    r#"for tool in git docker setsid flock timeout; do
  command -v "$tool" >/dev/null 2>&1 || echo "--tagwarden: missing $tool"
done
docker compose version >/dev/null 2>&1 || echo "--tagwarden: missing docker compose"
said=$(docker version --format '{{.Server.Version}}' 2>&1) || { echo "--tagwarden: engine"; printf '%s\n' "$said"; }
git --version >/dev/null 2>&1 || exit 0
if said=$(git rev-parse --verify HEAD 2>&1); then
  if [ -n "$(git ls-files .gitmodules)" ]; then echo "--tagwarden: submodules"; fi
  if git grep -q filter=lfs HEAD -- .gitattributes '*/.gitattributes'; then echo "--tagwarden: lfs"; fi
  said=$(git status --porcelain 2>&1) || { echo "--tagwarden: no clone"; printf '%s\n' "$said"; exit 0; }
  if [ -n "$said" ]; then echo "--tagwarden: dirty"; printf '%s\n' "$said"; fi
else
  echo "--tagwarden: no clone"
  printf '%s\n' "$said"
fi
echo "--tagwarden: end"
"#,
);

/// Says what runs now. Arguments: the project, then the `docker compose` options.
pub(super) const SNAPSHOT: File = (
    "snapshot.sh",
    r#"project=$1; shift
echo "--tagwarden: head"
git rev-parse --verify HEAD || exit 1
echo "--tagwarden: tags"
git tag --points-at HEAD || exit 1
echo "--tagwarden: services"
docker compose "$@" config --services 2>/dev/null
echo "--tagwarden: containers"
ids=$(docker ps --all --quiet --no-trunc --filter "label=com.docker.compose.project=$project") || exit 1
if [ -n "$ids" ]; then
  found=$(docker inspect --type container --format '{"image":{{json .Image}},"status":{{json .State.Status}},"labels":{{json .Config.Labels}}}' $ids) || exit 1
  printf '%s\n' "$found"
  echo "--tagwarden: images"
  images=$(printf '%s\n' "$found" | sed -n 's/^{"image":"\(sha256:[0-9a-f]*\)".*/\1/p' | sort -u)
  docker image inspect --format '{"id":{{json .Id}},"digests":{{json .RepoDigests}}}' $images 2>/dev/null
fi
echo "--tagwarden: end"
"#,
);

/// Refuses a moved tag and what a plain checkout would leave behind. Arguments: tag, object, commit.
pub(super) const VERIFY: File = (
    "verify.sh",
    r#"refuse() { echo "$1" >&2; exit "$2"; }
object=$(git rev-parse --verify --quiet "refs/tags/$1") || refuse "the tag $1 is not there" 3
[ "$object" = "$2" ] || refuse "the tag $1 was moved: it is $object now, and $2 was judged" 3
commit=$(git rev-parse --verify --quiet "refs/tags/$1^{commit}") || refuse "the tag $1 stands for no commit" 3
[ "$commit" = "$3" ] || refuse "the tag $1 stands for $commit, and $3 was judged" 3
[ -z "$(git ls-tree "$3" .gitmodules)" ] || refuse "the release has submodules, which a checkout would leave behind" 4
if git grep -q filter=lfs "$3" -- .gitattributes '*/.gitattributes'; then
  refuse "the release has files in Git LFS, which a checkout would leave behind" 4
fi
changed=$(git status --porcelain) || exit 1
[ -z "$changed" ] || refuse "the working tree has changes of its own: $changed" 5
"#,
);

/// Proves that a commit is checked out unchanged. Argument: the commit.
pub(super) const AT: File = (
    "at.sh",
    r#"[ "$(git rev-parse --verify HEAD)" = "$1" ] || exit 1
changed=$(git status --porcelain) || exit 1
[ -z "$changed" ]
"#,
);

/// Proves that every image is on the host. Argument: a file with one image a line.
pub(super) const PULLED: File = (
    "pulled.sh",
    r#"list=$1; shift
while read -r image || [ -n "$image" ]; do
  [ -z "$image" ] || set -- "$@" "$image"
done <"$list"
docker image inspect "$@" >/dev/null
"#,
);

/// Gives images a name of ours, so that a prune leaves them alone; one that is gone is fetched again, by its digest.
/// Argument: a file of `id name digest` lines.
pub(super) const KEEP: File = (
    "keep.sh",
    r#"while read -r id name digest; do
  [ -n "$id" ] || continue
  docker tag "$id" "$name" 2>/dev/null && continue
  [ -z "$digest" ] || { docker pull --quiet "$digest" </dev/null && docker tag "$id" "$name" && continue; }
  echo "the image $id, which ran before, is gone from this host, and no registry has it (${digest:-it never came from one})" >&2
  exit 1
done <"$1"
"#,
);

/// Starts what the files say and waits until all of it is up. Arguments: the limit, the project, the options.
///
/// `--wait` takes a job for a failure when no other service waits for its end. Only where such a job ended well is
/// looked again, and nothing but healthy services and jobs that ended well counts as up.
pub(super) const UP: File = (
    "up.sh",
    r#"limit=$1 project=$2; shift 2
docker compose "$@" up -d --pull never --no-build --wait --wait-timeout "$limit" && exit 0
status=$?
left=$limit
while [ "$left" -gt 0 ]; do
  ids=$(docker ps --all --quiet --no-trunc --filter "label=com.docker.compose.project=$project" \
    --filter label=com.docker.compose.oneoff=False) && [ -n "$ids" ] || exit "$status"
  found=$(docker inspect --type container --format '{{.State.Status}}:{{.State.ExitCode}}:{{.HostConfig.RestartPolicy.Name}}:{{with index .State "Health"}}{{.Status}}{{end}}:{{.Id}}' $ids) || exit "$status"
  job= starting=
  for one in $found; do
    case $one in
      running:*:*::* | running:*:*:healthy:* | running:*:*:none:*) ;;
      running:*:*:starting:*) starting=1 ;;
      exited:0::* | exited:0:no:* | exited:0:on-failure:*) job=1 ;;
      *) exit "$status" ;;
    esac
  done
  [ -n "$job" ] || exit "$status"
  if [ -z "$starting" ]; then echo "a job ended well; everything else is up"; exit 0; fi
  sleep 1
  left=$((left - 1))
done
exit "$status"
"#,
);

/// Runs a command as if what ran before were known: each variable whose value of then nobody wrote down gets a
/// stand-in, unless the file `.env` holds it. Images are pinned beside it, so that it decides nothing about them.
/// Arguments: the variables, the first compose file, the command.
pub(super) const AS_BEFORE: File = (
    "as-before.sh",
    r#"names=$1 folder=$(dirname -- "$2"); shift 2
for name in $names; do
  grep -Eqs "^[[:space:]]*(export[[:space:]]+)?$name[[:space:]]*=" "$folder/.env" || export "$name=unknown"
done
exec "$@"
"#,
);

/// Proves that the containers were made from this configuration. Arguments: the project, the `docker compose` options.
///
/// `up` hashes a service after its `env_file` was read, `config --hash` of some versions before that. Of the resolved
/// configuration both hash the same, so either hash is good.
pub(super) const APPLIED: File = (
    "applied.sh",
    r#"project=$1; shift
wanted=$(docker compose "$@" config --hash '*') || exit 1
resolved=$(docker compose "$@" config) || exit 1
again=$(printf '%s\n' "$resolved" | docker compose -p "$project" -f - config --hash '*') || exit 1
found=$(docker ps --all --filter "label=com.docker.compose.project=$project" \
  --format '{{.Label "com.docker.compose.service"}} {{.Label "com.docker.compose.config-hash"}}') || exit 1
[ -n "$wanted" ] || exit 1
same=$(printf '%s\n%s\n' "$wanted" "$again" | while read -r service hash; do
  case "
$found
" in *"
$service $hash
"*) echo "$service" ;; esac
done)
printf '%s\n' "$wanted" | while read -r service hash; do
  case "
$same
" in *"
$service
"*) ;; *) echo "$service is not what it should be" >&2; exit 1 ;; esac
done
"#,
);

/// Removes containers of services that did not exist before. Arguments: the project, a file of services, the options.
pub(super) const STRAYS: File = (
    "strays.sh",
    r#"project=$1; before=$2; shift 2
own=$(docker compose "$@" config --services) || exit 1
found=$(docker ps --all --no-trunc --filter "label=com.docker.compose.project=$project" \
  --format '{{.ID}} {{.Label "com.docker.compose.service"}}') || exit 1
printf '%s\n' "$found" | while read -r id service; do
  [ -n "$id" ] || continue
  { cat "$before"; printf '%s\n' "$own"; } | grep -Fqx -e "$service" && continue
  docker rm --force "$id" || exit 1
done
"#,
);

/// Proves that nothing of the project is left. Argument: the project.
pub(super) const GONE: File = (
    "gone.sh",
    r#"found=$(docker ps --all --quiet --filter "label=com.docker.compose.project=$1") || exit 1
[ -z "$found" ]
"#,
);

/// Looks at all containers three times. Arguments: the project, the seconds between two looks.
pub(super) const SETTLED: File = (
    "settled.sh",
    r#"for look in 1 2 3; do
  [ "$look" = 1 ] || sleep "$2"
  echo "--tagwarden: look"
  ids=$(docker ps --all --quiet --no-trunc --filter "label=com.docker.compose.project=$1") || exit 1
  [ -n "$ids" ] || continue
  docker inspect --type container --format '{"id":{{json .Id}},"name":{{json .Name}},"status":{{json .State.Status}},"exit":{{.State.ExitCode}},"started":{{json .State.StartedAt}},"restarts":{{.RestartCount}},"health":{{with index .State "Health"}}{{json .Status}}{{else}}null{{end}},"labels":{{json .Config.Labels}}}' $ids || exit 1
done
echo "--tagwarden: end"
"#,
);

/// Says what the compose files of a pinned release resolve to. Arguments: the list of pins, the options.
pub(super) const RESOLVE: File = (
    "resolve.sh",
    r#"list=$1; shift
echo "--tagwarden: pins"
cat "$list" || exit 1
echo "--tagwarden: config"
exec docker compose "$@" config --format json
"#,
);

/// Says which images the containers run. Arguments: the list of pins, the project.
pub(super) const PINNED: File = (
    "pinned.sh",
    r#"list=$1 project=$2
echo "--tagwarden: pins"
cat "$list" || exit 1
echo "--tagwarden: containers"
ids=$(docker ps --all --quiet --no-trunc --filter "label=com.docker.compose.project=$project") || exit 1
[ -n "$ids" ] || { echo "--tagwarden: end"; exit 0; }
found=$(docker inspect --type container --format '{"image":{{json .Image}},"status":{{json .State.Status}},"labels":{{json .Config.Labels}}}' $ids) || exit 1
printf '%s\n' "$found"
echo "--tagwarden: images"
images=$(printf '%s\n' "$found" | sed -n 's/^{"image":"\(sha256:[0-9a-f]*\)".*/\1/p' | sort -u)
# An image that is gone has no digest, and its container does not run what was pinned.
for image in $images; do
  docker image inspect --format '{"id":{{json .Id}},"digests":{{json .RepoDigests}}}' "$image" 2>/dev/null
done
echo "--tagwarden: end"
"#,
);

/// Returns the files of a script.
pub(super) fn files(files: &[File]) -> BTreeMap<String, String> {
    files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

/// Returns the parts of what an inspection printed: name, lines. What stands before the first part is dropped.
pub(super) fn sections(output: &str) -> Vec<(&str, Vec<&str>)> {
    let mut found: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in output.lines() {
        if let Some(name) = line.strip_prefix(SECTION) {
            found.push((name, Vec::new()));
        } else if let Some((_, lines)) = found.last_mut() {
            lines.push(line);
        }
    }
    found
}
