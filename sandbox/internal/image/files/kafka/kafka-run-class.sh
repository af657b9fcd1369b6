#!/bin/bash
# Runs a class of Kafka: kafka-run-class.sh [-daemon] [-name NAME] [-loggc] CLASS [ARGS...]
set -eu
base=$(cd "$(dirname "$0")/.." && pwd)
while [ $# -gt 0 ]; do
	case $1 in
	-name) shift 2 ;;
	-loggc) shift ;;
	-daemon)
		echo "kafka-run-class.sh: a container runs its program in the foreground: leave -daemon out" >&2
		exit 1
		;;
	*) break ;;
	esac
done
if [ $# -eq 0 ]; then
	echo "usage: kafka-run-class.sh CLASS [ARGS...]" >&2
	exit 1
fi
: "${LOG_DIR:=$base/logs}"
: "${KAFKA_LOG4J_OPTS:=-Dlog4j.configuration=file:$base/config/tools-log4j.properties}"
: "${KAFKA_HEAP_OPTS:=-Xmx256M}"
: "${KAFKA_JVM_PERFORMANCE_OPTS:=-server -XX:+UseG1GC -XX:MaxGCPauseMillis=20 -XX:InitiatingHeapOccupancyPercent=35 -XX:+ExplicitGCInvokesConcurrent -XX:MaxInlineLevel=15 -Djava.awt.headless=true}"
: "${KAFKA_JMX_OPTS:=-Dcom.sun.management.jmxremote -Dcom.sun.management.jmxremote.authenticate=false -Dcom.sun.management.jmxremote.ssl=false}"
[ -z "${JMX_PORT:-}" ] || KAFKA_JMX_OPTS="$KAFKA_JMX_OPTS -Dcom.sun.management.jmxremote.port=$JMX_PORT"
# The options are lists of words.
# shellcheck disable=SC2086
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" $KAFKA_HEAP_OPTS $KAFKA_JVM_PERFORMANCE_OPTS $KAFKA_JMX_OPTS \
	-Dkafka.logs.dir="$LOG_DIR" $KAFKA_LOG4J_OPTS -cp "${CLASSPATH:+$CLASSPATH:}$base/libs/*" ${KAFKA_OPTS:-} "$@"
