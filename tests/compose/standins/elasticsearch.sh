#!/bin/bash
# Stands in for the entry point of the elasticsearch image: settings come as environment variables with dots.
set -euo pipefail
cd /usr/share/elasticsearch
config=config/elasticsearch.yml
env | { grep -E '^[a-z][a-z_]*(\.[a-z_]+)+=' || true; } | sed 's/=/: /' >"$config"
echo 'network.host: 0.0.0.0' >>"$config"
export ES_HOME=$PWD ES_PATH_CONF=$PWD/config JAVA=/opt/jdk/bin/java JAVA_HOME=/opt/jdk ES_JAVA_HOME=/opt/jdk JAVA_TYPE="bundled JDK"
export ES_DISTRIBUTION_TYPE=tar CLI_NAME=server CLI_LIBS=lib/tools/server-cli
exec "$JAVA" -Dcli.name=server -Dcli.script=bin/elasticsearch -Dcli.libs=lib/tools/server-cli "-Des.path.home=$ES_HOME" \
  "-Des.path.conf=$ES_PATH_CONF" -Des.distribution.type=tar "-Des.java.type=$JAVA_TYPE" \
  -cp 'lib/tools/server-launcher/*:lib/*' org.elasticsearch.server.launcher.ServerLauncher
