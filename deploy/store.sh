#!/bin/sh
# Starts SeaweedFS as one process: master, volume, filer and S3. Only S3 listens beyond this container's loopback,
# since the other parts take orders from anyone who reaches them.
set -eu
umask 077
cat >/tmp/s3.json <<EOF
{"identities": [{
  "name": "gongkai",
  "credentials": [{"accessKey": "$STORE_ACCESS_KEY", "secretKey": "$STORE_SECRET_KEY"}],
  "actions": ["Read:$STORE_BUCKET", "Write:$STORE_BUCKET", "List:$STORE_BUCKET", "Tagging:$STORE_BUCKET"]
}, {
  "name": "reader",
  "credentials": [{"accessKey": "$STORE_READER_ACCESS_KEY", "secretKey": "$STORE_READER_SECRET_KEY"}],
  "actions": ["Read:$STORE_BUCKET/exports/*"]
}]}
EOF
exec weed -logtostderr=true server \
  -dir="${STORE_DIR:-/data}" -ip=127.0.0.1 -ip.bind=127.0.0.1 \
  -master.telemetry=false -master.volumeSizeLimitMB=1024 -volume.max=0 -volume.minFreeSpace=5 -volume.preStopSeconds=1 -filer \
  -s3 -s3.ip.bind=0.0.0.0 -s3.config=/tmp/s3.json -s3.iam=false \
  -s3.port.iceberg=0 -s3.port.lance=0 -s3.autoCreateBucket=false -s3.allowDeleteBucketNotEmpty=false
