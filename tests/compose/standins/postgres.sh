#!/bin/bash
# Stands in for the entry point of the postgres image: makes the cluster, the user and the database once, then runs.
set -euo pipefail
export PATH="$(echo /usr/lib/postgresql/*/bin):$PATH"
data=/var/lib/postgresql/data/cluster
user=${POSTGRES_USER:-postgres}
if [ ! -e "$data/PG_VERSION" ]; then
  initdb -D "$data" -U "$user" --encoding=UTF8 --auth="${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >/dev/null
  echo "host all all all ${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >>"$data/pg_hba.conf"
  echo "CREATE DATABASE \"${POSTGRES_DB:-$user}\"" | postgres --single -D "$data" postgres >/dev/null
fi
exec postgres -D "$data" -c listen_addresses='*'
