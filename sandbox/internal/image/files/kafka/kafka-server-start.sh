#!/bin/bash
# Runs a broker: kafka-server-start.sh FILE [--override KEY=VALUE]...
set -eu
if [ $# -eq 0 ]; then
	echo "usage: kafka-server-start.sh FILE [--override KEY=VALUE]..." >&2
	exit 1
fi
dir=$(dirname "$0")
export KAFKA_LOG4J_OPTS="${KAFKA_LOG4J_OPTS:--Dlog4j.configuration=file:$dir/../config/log4j.properties}"
export KAFKA_HEAP_OPTS="${KAFKA_HEAP_OPTS:--Xmx1G -Xms1G}"
exec "$dir/kafka-run-class.sh" kafka.Kafka "$@"
