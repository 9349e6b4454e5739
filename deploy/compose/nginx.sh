#!/bin/sh
# Runs nginx with nginx.conf, in which SERVERS ("host:port host:port") replace its single server.
set -eu
awk -v servers="$SERVERS" '
  /^ *server 127\.0\.0\.1:8000 / {
    count = split(servers, each, " ")
    for (i = 1; i <= count; i++) print "    server " each[i] " max_fails=1 fail_timeout=2s;"
    next
  }
  { print }
' "${NGINX_CONF:-/deploy/nginx.conf}" > /tmp/nginx.conf
exec nginx -c /tmp/nginx.conf -g 'daemon off;'
