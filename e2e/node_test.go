package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// ctr speaks to the node's containerd, past Kubernetes.
func (c cluster) ctr(t *testing.T, args ...string) string {
	t.Helper()
	var status struct {
		Components []struct {
			Name string `json:"name"`
			PID  int    `json:"pid"`
		} `json:"components"`
	}
	if err := json.Unmarshal([]byte(c.run(t, c.sandbox, "status", "-o", "json")), &status); err != nil {
		t.Fatalf("read the sandbox's status: %v", err)
	}
	for _, component := range status.Components {
		if component.Name == "node-init" {
			socket := fmt.Sprintf("/proc/%d/root/run/containerd/containerd.sock", component.PID)
			return c.run(t, "ctr", append([]string{"--address", socket, "--namespace", "k8s.io"}, args...)...)
		}
	}
	t.Fatalf("the sandbox has no node-init: %v", status)
	return ""
}

// lacks takes an image from the node, now and after the test: the node's images stay from one boot to the next.
func (c cluster) lacks(t *testing.T, ref string) {
	t.Helper()
	remove := func() {
		if c.ctr(t, "images", "list", "--quiet", "name=="+ref) != "" {
			c.ctr(t, "images", "remove", "--sync", ref)
		}
	}
	remove()
	t.Cleanup(remove)
}

// kill ends the process of a pod's only container as a kernel does that has no memory left: there is no signal to handle, and
// nobody is told.
func (c cluster) kill(t *testing.T, namespace, pod, program string) {
	t.Helper()
	id := c.kubectl(t, "get", "pod", pod, "-n", namespace, "-o", "jsonpath={.status.containerStatuses[0].containerID}")
	_, id, _ = strings.Cut(id, "://")
	pids := processes(t, id)
	if len(pids) != 1 {
		t.Fatalf("container %q of %s has processes %v, want one", id, pod, pids)
	}
	command, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pids[0]))
	if err != nil {
		t.Fatal(err)
	}
	name, _, _ := strings.Cut(string(command), "\x00")
	equal(t, "program of the process", filepath.Base(name), program)
	process, err := os.FindProcess(pids[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Kill(); err != nil {
		t.Fatalf("kill process %d: %v", pids[0], err)
	}
	t.Logf("kill -9 %d, which was %s of %s", pids[0], program, pod)
}

// processes are those in a container, as this machine numbers them.
func processes(t *testing.T, container string) []int {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cgroup")
	if err != nil || container == "" {
		t.Fatalf("look for container %q: %v", container, err)
	}
	var pids []int
	for _, file := range files {
		groups, err := os.ReadFile(file) // a process may have ended since
		if err != nil || !strings.Contains(string(groups), container) {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if err != nil {
			t.Fatal(err)
		}
		pids = append(pids, pid)
	}
	return pids
}
