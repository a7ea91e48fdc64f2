#!/bin/sh
# Proves that the application runs from a commit.
[ "$(git rev-parse HEAD)" = "$1" ]
