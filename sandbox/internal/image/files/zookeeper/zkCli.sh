#!/bin/bash
# Runs ZooKeeper's client: zkCli.sh [-server HOST:PORT,...] [COMMAND ARGS...]
set -eu
: "${ZOOCFGDIR:=/conf}"
[ -f "$ZOOCFGDIR/java.env" ] && . "$ZOOCFGDIR/java.env"
# The flags are lists of words.
# shellcheck disable=SC2086
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -cp "$ZOOCFGDIR:/apache-zookeeper-3.9.3-bin/lib/*${CLASSPATH:+:$CLASSPATH}" \
	-Xmx"${ZK_CLIENT_HEAP:-256}m" ${CLIENT_JVMFLAGS:-} ${JVMFLAGS:-} org.apache.zookeeper.ZooKeeperMain "$@"
