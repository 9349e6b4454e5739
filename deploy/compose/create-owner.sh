#!/bin/sh
# Runs once, when PostgreSQL creates its cluster. The owner of the schema is not a superuser.
set -eu
psql --no-psqlrc --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname=postgres \
  --set=password="$(cat /run/secrets/owner_password)" <<'SQL'
CREATE ROLE wardbell LOGIN CREATEROLE PASSWORD :'password';
CREATE DATABASE wardbell OWNER wardbell;
SQL
