#!/bin/bash
# Stands in for the entry point of the elasticsearch image: settings come as environment variables with dots,
# the password of `elastic` as ELASTIC_PASSWORD or in a file that only its owner reads.
set -euo pipefail
cd /usr/share/elasticsearch
if [ -n "${ELASTIC_PASSWORD_FILE:-}" ]; then
  mode=$(stat -L -c %a "$ELASTIC_PASSWORD_FILE")
  if [ "$mode" != 400 ] && [ "$mode" != 600 ]; then
    echo "ERROR: $ELASTIC_PASSWORD_FILE must have mode 400 or 600, not $mode" >&2
    exit 1
  fi
  ELASTIC_PASSWORD=$(<"$ELASTIC_PASSWORD_FILE")
fi
config=config/elasticsearch.yml
env | { grep -E '^[a-z][a-z_]*(\.[a-z_]+)+=' || true; } | sed 's/=/: /' >"$config"
echo 'network.host: 0.0.0.0' >>"$config"
export ES_HOME=$PWD ES_PATH_CONF=$PWD/config JAVA=/opt/jdk/bin/java JAVA_HOME=/opt/jdk ES_JAVA_HOME=/opt/jdk JAVA_TYPE="bundled JDK"
export ES_DISTRIBUTION_TYPE=tar
if [ -n "${ELASTIC_PASSWORD:-}" ] && [ ! -e config/elasticsearch.keystore ]; then
  export CLI_NAME=keystore CLI_LIBS=lib/tools/keystore-cli
  bash bin/elasticsearch-cli create
  printf %s "$ELASTIC_PASSWORD" | bash bin/elasticsearch-cli add -x -f bootstrap.password
fi
unset ELASTIC_PASSWORD
export CLI_NAME=server CLI_LIBS=lib/tools/server-cli
exec "$JAVA" -Xms4m -Xmx64m -XX:+UseSerialGC -Dcli.name=server -Dcli.script=bin/elasticsearch \
  -Dcli.libs=lib/tools/server-cli "-Des.path.home=$ES_HOME" \
  "-Des.path.conf=$ES_PATH_CONF" -Des.distribution.type=tar "-Des.java.type=$JAVA_TYPE" \
  -cp 'lib/tools/server-launcher/*:lib/*' org.elasticsearch.server.launcher.ServerLauncher
