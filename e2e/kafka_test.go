package e2e

import "testing"

// deployKafka: three brokers that have found each other in ZooKeeper, and a message that goes in at one and out at another.
func deployKafka(t *testing.T, c cluster) {
	c.apply(t, "kafka", "kafka", "--requires", "zookeeper=zk", "-p", "volumesWhenDeleted=Delete")
	ids := c.zkCli(t, "zk-0", "ls /kafka/brokers/ids")
	contains(t, "brokers in ZooKeeper", ids, "[0, 1, 2]")
	t.Log("brokers in ZooKeeper: [0, 1, 2]")

	const message = "hello from the talk"
	c.kafka(t, "kafka-0", `
		$bin/kafka-topics.sh --bootstrap-server localhost:9092 --create --topic talk --partitions 3 --replication-factor 3 >/dev/null
		$bin/kafka-console-producer.sh --bootstrap-server localhost:9092 --topic talk --sync --producer-property acks=all <<< '`+message+`'`)
	read := c.kafka(t, "kafka-2", `
		$bin/kafka-console-consumer.sh --bootstrap-server localhost:9092 --topic talk --from-beginning --max-messages 1 --timeout-ms 60000 2>/dev/null`)
	equal(t, "the message read back", read, message)
	t.Logf("written at kafka-0 and read at kafka-2: %q", read)
}

// kafka runs Kafka's tools in a broker's pod, with little memory beside the broker's and without its settings.
func (c cluster) kafka(t *testing.T, pod, script string) string {
	t.Helper()
	return c.shell(t, pod, "bin=/opt/kafka/bin; export KAFKA_HEAP_OPTS=-Xmx128m KAFKA_JVM_PERFORMANCE_OPTS='-XX:+UseSerialGC -XX:TieredStopAtLevel=1' LOG_DIR=/tmp\n"+script)
}
