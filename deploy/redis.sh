#!/bin/sh
# The password comes through standard input, so that no list of processes shows it.
set -eu
exec redis-server - --appendonly yes --save '' <<EOF
requirepass $REDISCLI_AUTH
EOF
