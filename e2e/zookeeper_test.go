package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// deployZooKeeper: three servers of which one leads, with a parameter that is not the default.
func deployZooKeeper(t *testing.T, c cluster) {
	c.apply(t, "zookeeper", "zk", "-p", "cpus=120")
	var modes []string
	for i := range 3 {
		pod := fmt.Sprintf("zk-%d", i)
		mode := c.mode(t, pod)
		t.Logf("%s: %s", pod, mode)
		modes = append(modes, mode)
		equal(t, "CPU request of "+pod, c.kubectl(t, "get", "pod", pod, "-o", "jsonpath={.spec.containers[0].resources.requests.cpu}"), "120m")
	}
	slices.Sort(modes)
	equal(t, "modes", strings.Join(modes, " "), "follower follower leader")
	// what the kernel gives the container, with cgroups of version 1: 1024 for each core
	if shares := c.shell(t, "zk-0", "cat /sys/fs/cgroup/cpu/cpu.shares 2>/dev/null || true"); shares != "" {
		t.Logf("CPU shares in zk-0: %s", shares)
		equal(t, "CPU shares in zk-0", shares, "122")
	}
}

// mode asks a server whether it leads, follows or observes.
func (c cluster) mode(t *testing.T, pod string) string {
	t.Helper()
	answer := c.shell(t, pod, "exec 3<>/dev/tcp/127.0.0.1/2181; printf srvr >&3; timeout 5 cat <&3")
	for line := range strings.Lines(answer) {
		if mode, found := strings.CutPrefix(line, "Mode: "); found {
			return strings.TrimSpace(mode)
		}
	}
	t.Fatalf("%s has no mode: %s", pod, answer)
	return ""
}

// zkCli runs a command of ZooKeeper's client in a pod.
func (c cluster) zkCli(t *testing.T, pod, command string) string {
	t.Helper()
	return c.shell(t, pod, "timeout 60 zkCli.sh -server localhost:2181 "+command+" 2>/dev/null")
}
