#!/bin/sh
# An authority and a certificate of it for localhost, made by openssl; for
# trying out only: certificate.sh FOLDER
# FOLDER/ca.pem is what clients trust, server.pem and server.key are the
# service's.
set -eu
mkdir -p "$1"
cd "$1"
key="-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
# shellcheck disable=SC2086  # several words
openssl req -x509 $key -days 2 -subj "/CN=tidemark recipes" -keyout ca.key \
  -out ca.pem -addext keyUsage=critical,keyCertSign,cRLSign 2>/dev/null
cat >names <<END
subjectAltName=DNS:localhost,IP:127.0.0.1
basicConstraints=critical,CA:FALSE
END
# shellcheck disable=SC2086
openssl req $key -subj /CN=localhost -keyout server.key -out server.csr \
  2>/dev/null
openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial \
  -days 2 -extfile names -out server.pem 2>/dev/null
