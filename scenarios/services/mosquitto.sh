#!/bin/sh
# mosquitto on a port of 127.0.0.1, from nothing but that port; anybody may
# connect: mosquitto.sh PORT
set -eu
conf="${TMPDIR:-/tmp}/tidemark-mosquitto-$1.conf"
user=
[ "$(id -u)" != 0 ] || user="user root"
cat >"$conf" <<END
$user
allow_anonymous true
max_connections -1
listener $1 127.0.0.1
END
# Read through stdin, so that the file is gone however mosquitto ends.
exec <"$conf"
rm "$conf"
exec mosquitto -c /dev/stdin
