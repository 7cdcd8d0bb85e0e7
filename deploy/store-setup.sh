#!/bin/sh
# Makes the bucket, and makes the store acknowledge a write only once its bytes are on disk: the archive writes a row only
# after its bytes. Runs inside the store's network, where its orders are taken; running it again changes nothing.
set -eu
# The shell's own verdict does not count: it fails on a bucket that is there already.
said=$(
  weed shell -master=127.0.0.1:9333 -filer=127.0.0.1:8888 2>&1 <<EOF
s3.bucket.create -name $STORE_BUCKET
fs.configure -locationPrefix=/buckets/ -fsync -apply
s3.bucket.list
EOF
) || :
echo "$said"
flat=$(echo "$said" | tr -d ' \n')
case $flat in *'"fsync":true'*) ;; *) echo "store: writes cannot be made durable" >&2; exit 1 ;; esac
echo "$said" | grep -q "^ *$STORE_BUCKET[[:space:]]" || { echo "store: no bucket $STORE_BUCKET" >&2; exit 1; }
