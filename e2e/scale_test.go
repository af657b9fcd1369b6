package e2e

import (
	"fmt"
	"strings"
	"testing"
)

// scaleZooKeeper: servers join and leave an ensemble that works on, with its data.
func scaleZooKeeper(t *testing.T, c cluster) {
	c.zkCli(t, "zk-0", "create /talk kept")
	before := c.servers(t)
	for _, replicas := range []int{5, 3} {
		c.apply(t, "zookeeper", "zk", "-p", fmt.Sprintf("replicas=%d", replicas))
		members := c.members(t)
		t.Logf("%d members:\n%s", len(members), strings.Join(members, "\n"))
		if len(members) != replicas {
			t.Fatalf("%d members, want %d", len(members), replicas)
		}
		last := fmt.Sprintf("zk-%d", replicas-1)
		contains(t, "the value written before, in "+last, c.zkCli(t, last, "get /talk")+"\n", "\nkept\n")
	}
	equal(t, "pods and their restarts", c.servers(t), before)
}

// members are the servers that vote, as the ensemble knows them.
func (c cluster) members(t *testing.T) []string {
	t.Helper()
	var members []string
	for line := range strings.Lines(c.zkCli(t, "zk-0", "config")) {
		if strings.HasPrefix(line, "server.") && strings.Contains(line, ":participant") {
			members = append(members, strings.TrimSpace(line))
		}
	}
	return members
}

// servers are the first three pods, how often they were made and started.
func (c cluster) servers(t *testing.T) string {
	t.Helper()
	return c.kubectl(t, "get", "pods", "zk-0", "zk-1", "zk-2", "-o",
		"jsonpath={range .items[*]}{.metadata.name} {.metadata.uid} {.status.containerStatuses[0].restartCount}{'\\n'}{end}")
}
