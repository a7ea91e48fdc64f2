#!/bin/sh
# Lets the application run from what it ran from before a commit.
set -eu
here=$(dirname "$0")
echo "switch-back $1" >>"$here/done"
git checkout --quiet --detach "$(cat "$here/before-$1")"
echo "the application runs from $(git rev-parse HEAD) again"
