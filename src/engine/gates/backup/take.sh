# Takes a backup, unless another one is being taken for this environment. Arguments: the lock's file, the command.
exec 9>>"$1" || exit 1
shift
flock -n 9 || { echo "another backup is being taken" >&2; exit 75; }
exec "$@"
