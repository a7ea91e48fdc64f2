#!/bin/sh
# Tells the forge which refs changed, and by whose hand.
while read -r old new ref; do
  printf '%s %s %s %s\n' "$old" "$new" "$ref" "${GITEA_PUSHER_NAME:-}"
done >>"${GIT_DIR:-.}/forge-pushes"
