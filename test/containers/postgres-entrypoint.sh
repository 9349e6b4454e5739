#!/bin/sh
# What docker-compose.yml relies on of the entry point of the official image of PostgreSQL: makes the cluster
# at the first start, runs /docker-entrypoint-initdb.d against it through its socket, then the command.
set -eu
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  mkdir -p "$PGDATA"
  # shellcheck disable=SC2086 # several arguments
  initdb --username="$POSTGRES_USER" --pwfile="$POSTGRES_PASSWORD_FILE" --pgdata="$PGDATA" ${POSTGRES_INITDB_ARGS:-}
  printf '\nhost all all all scram-sha-256\n' >> "$PGDATA/pg_hba.conf"
  pg_ctl --pgdata="$PGDATA" --wait --options="-c listen_addresses='' -k /var/run/postgresql" start
  for script in /docker-entrypoint-initdb.d/*.sh; do
    PGHOST=/var/run/postgresql sh "$script"
  done
  pg_ctl --pgdata="$PGDATA" --wait --mode=fast stop
fi
exec "$@" -c listen_addresses='*' -k /var/run/postgresql
