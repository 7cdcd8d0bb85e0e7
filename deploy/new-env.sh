#!/bin/sh
# Prints deploy/env.example with a fresh secret behind every empty value:
#   (umask 077; sh deploy/new-env.sh > .env)
set -eu
random() { head -c 32 /dev/urandom; }
while IFS= read -r line; do
  case $line in
    AIRFLOW_FERNET_KEY=) echo "$line$(random | base64 | tr '+/' '-_')" ;;
    [A-Z]*=) echo "$line$(random | od -An -v -tx1 | tr -d ' \n')" ;;
    *) echo "$line" ;;
  esac
done <"$(dirname "$0")/env.example"
