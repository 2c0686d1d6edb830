#!/bin/sh
# The job `databases` of docker-compose.yml: a role and a database of its own for our state and for Airflow, if missing.
set -eu
PGHOST=postgres PGUSER=postgres
PGPASSWORD=$(cat /run/secrets/postgres_admin)
export PGHOST PGUSER PGPASSWORD
for name in syriawire airflow; do
  # The password on standard input: a command line is seen by all. It is made of letters that need no quotes in a URL.
  psql -X -q -v ON_ERROR_STOP=1 -v name="$name" <<SQL
SELECT format('CREATE ROLE %I LOGIN', :'name') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'name') \gexec
SELECT format('ALTER ROLE %I PASSWORD %L', :'name', '$(cat "/run/secrets/postgres_$name")') \gexec
SELECT format('CREATE DATABASE %I OWNER %I ENCODING %L TEMPLATE template0', :'name', :'name', 'UTF8')
  WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \gexec
SQL
  echo "database $name is there"
done
