#!/bin/bash
# Stands in for the entry point of apache/kafka: KAFKA_NODE_ID=1 becomes node.id=1, and so on; formats once, then runs.
set -euo pipefail
properties=/var/lib/kafka/data/server.properties
env | grep '^KAFKA_' | while IFS='=' read -r name value; do
  key=${name#KAFKA_}
  echo "$(tr 'A-Z_' 'a-z.' <<<"$key")=$value"
done >"$properties"
logs=${KAFKA_LOG_DIRS:-/var/lib/kafka/data}
if [ ! -e "$logs/meta.properties" ]; then
  java -cp '/opt/kafka/libs/*' kafka.tools.StorageTool format -t "${CLUSTER_ID:-c3lyaWF3aXJlLXRlc3RzLQ}" -c "$properties"
fi
exec java ${KAFKA_HEAP_OPTS:--Xmx512m} -cp '/opt/kafka/libs/*' kafka.Kafka "$properties"
