#!/bin/sh
# nginx on a port of 127.0.0.1, from nothing but that port:
# nginx.sh PORT [CERTIFICATE KEY]
#
# /      2 bytes
# /big   64 KiB
# With a certificate it speaks TLS. nginx has no option for its port, so this
# writes what it reads and becomes nginx (exec): signals reach it directly.
set -eu
port=$1
folder="${TMPDIR:-/tmp}/tidemark-nginx"
mkdir -p "$folder/page"
[ -s "$folder/page/big" ] || head -c 65536 /dev/zero >"$folder/page/big"
ssl=
[ $# -lt 3 ] || ssl="ssl_certificate $2; ssl_certificate_key $3;"
conf="$folder/$port.conf"
cat >"$conf" <<END
daemon off;
worker_processes 1;
pid $folder/$port.pid;
events { worker_connections 8192; }
http {
  access_log off;
  keepalive_requests 1000000;
  client_body_temp_path temp;
  proxy_temp_path temp;
  fastcgi_temp_path temp;
  uwsgi_temp_path temp;
  scgi_temp_path temp;
  $ssl
  server {
    listen 127.0.0.1:$port ${ssl:+ssl};
    location / { return 200 "ok"; }
    location /big { root $folder/page; }
  }
}
END
# Read through stdin, so that the file is gone however nginx ends.
exec <"$conf"
rm "$conf"
exec nginx -e stderr -p "$folder" -c /dev/stdin
