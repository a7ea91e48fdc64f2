#!/bin/sh
# The project's own smoke test: what a user would do first, against the address in PROD_URL.
set -eu
echo "trying $PROD_URL"
# Where an operator counts what runs, it is counted.
[ ! -d ../host ] || echo "smoke $(cat version)" >>../host/done
[ "$(cat smoke)" = fine ] || { echo "logging in does not work" >&2; exit 1; }
echo "logging in works"
