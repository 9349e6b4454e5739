#!/bin/sh
# Runs nginx with nginx.conf, in which SERVERS ("host:port host:port") replace its single server.
set -eu
awk -v servers="$SERVERS" -v port="${HTTPS_PORT:-443}" '
  /^ *server 127\.0\.0\.1:8000 / {
    count = split(servers, each, " ")
    for (i = 1; i <= count; i++) print "    server " each[i] " max_fails=1 fail_timeout=2s;"
    next
  }
  port != 443 { sub(/https:\/\/\$host\$request_uri/, "https://$host:" port "$request_uri") }
  { print }
' "${NGINX_CONF:-/deploy/nginx.conf}" > /tmp/nginx.conf
exec nginx -c /tmp/nginx.conf -g 'daemon off;'
