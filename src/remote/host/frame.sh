# What every text begins with: the answer's frame, and the folders. Variables: S = environment, K = step.
umask 077
begin() { printf 'tagwarden-answer %s\n' "$*"; }
end() { printf '\ntagwarden-end %s\n' "${1:-0}"; exit 0; }
incapable() { begin incapable; printf '%s' "$1"; end; }
IFS= read -r root && IFS= read -r place && IFS= read -r key || exit 1
[ -n "$root" ] || root=$HOME/.local/state/tagwarden
S=$root/$place
K=$S/steps/$key
command -v flock >/dev/null 2>&1 || incapable "flock is missing (package util-linux)"
