#!/bin/bash
# Stands in for the entry point of the postgres image: makes the cluster, the user and the database once, then runs.
set -euo pipefail
export PATH="$(echo /usr/lib/postgresql/*/bin):$PATH"
data=/var/lib/postgresql/data/cluster
user=${POSTGRES_USER:-postgres}
method=${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}
if [ -n "${POSTGRES_PASSWORD_FILE:-}" ]; then
  POSTGRES_PASSWORD=$(<"$POSTGRES_PASSWORD_FILE")
fi
if [ ! -e "$data/PG_VERSION" ]; then
  rm -rf "$data"
  initdb -D "$data" -U "$user" --encoding=UTF8 --auth-local=trust --auth-host="$method" \
    --pwfile=<(printf '%s\n' "${POSTGRES_PASSWORD:-none}") >/dev/null
  echo "host all all all $method" >>"$data/pg_hba.conf"
  if [ "${POSTGRES_DB:-$user}" != postgres ]; then
    echo "CREATE DATABASE \"${POSTGRES_DB:-$user}\"" | postgres --single -D "$data" postgres >/dev/null
  fi
fi
unset POSTGRES_PASSWORD
exec postgres -D "$data" -c listen_addresses='*'
