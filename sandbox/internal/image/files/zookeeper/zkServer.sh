#!/bin/bash
# Runs a ZooKeeper server: zkServer.sh start-foreground|status|version [FILE]
set -eu
home=/apache-zookeeper-3.9.3-bin
: "${ZOOCFGDIR:=/conf}"
: "${ZOO_LOG_DIR:=/logs}"
[ -f "$ZOOCFGDIR/zookeeper-env.sh" ] && . "$ZOOCFGDIR/zookeeper-env.sh"
[ -f "$ZOOCFGDIR/java.env" ] && . "$ZOOCFGDIR/java.env"
command=${1:-start-foreground}
config=${2:-${ZOOCFG:-zoo.cfg}}
[ -f "$config" ] || config=$ZOOCFGDIR/$config
classpath=$ZOOCFGDIR:$home/lib/*${CLASSPATH:+:$CLASSPATH}
java=${JAVA_HOME:+$JAVA_HOME/bin/}java

case $command in
start-foreground)
	if [ "${JMXDISABLE:-}" = true ] || [ "${JMXDISABLE:-}" = yes ]; then
		jmx=()
	elif [ -n "${JMXPORT:-}" ]; then
		jmx=(-Dcom.sun.management.jmxremote.port="$JMXPORT"
			-Dcom.sun.management.jmxremote.authenticate="${JMXAUTH:-false}"
			-Dcom.sun.management.jmxremote.ssl="${JMXSSL:-false}")
	else
		jmx=(-Dcom.sun.management.jmxremote -Dcom.sun.management.jmxremote.local.only="${JMXLOCALONLY:-false}")
	fi
	# The flags are lists of words.
	# shellcheck disable=SC2086
	exec "$java" -Dzookeeper.log.dir="$ZOO_LOG_DIR" -XX:+HeapDumpOnOutOfMemoryError -XX:OnOutOfMemoryError='kill -9 %p' \
		-cp "$classpath" -Xmx"${ZK_SERVER_HEAP:-1000}m" ${SERVER_JVMFLAGS:-} ${JVMFLAGS:-} "${jmx[@]}" \
		org.apache.zookeeper.server.quorum.QuorumPeerMain "$config"
	;;
status)
	port=$(sed -n 's/^[[:space:]]*clientPort[[:space:]]*=[[:space:]]*\([0-9]*\).*/\1/p' "$config" | tail -n 1)
	exec 3<>"/dev/tcp/127.0.0.1/${port:-2181}"
	printf srvr >&3
	grep '^Mode: ' <&3
	;;
version)
	exec "$java" -cp "$classpath" org.apache.zookeeper.version.VersionInfoMain
	;;
*)
	echo "zkServer.sh: choose start-foreground, status or version, not $command" >&2
	exit 1
	;;
esac
