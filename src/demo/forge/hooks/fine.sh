#!/bin/sh
# The forge's own check, which has nothing against it.
exit 0
