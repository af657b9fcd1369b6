package e2e

import (
	"strings"
	"testing"
	"time"
)

// forgottenImage is one that a person wants and nobody has pushed yet.
const forgottenImage = "docker.io/library/zookeeper:forgotten"

// recoverFromMissingImage: an image that there is not is told, with the pod that wants it. The plan is cancelled, somebody brings
// the image, and the very same execution goes on from where it was.
func recoverFromMissingImage(t *testing.T, c cluster) {
	const execution = "planexecution/lone-deploy-1"
	c.apply(t, "zookeeper", "lone", "-p", "replicas=1", "-p", "image=zookeeper:forgotten", "-p", "volumesWhenDeleted=Delete", "--no-wait")
	status := c.eventually(t, 2*time.Minute, "the status tells of the image", func() (string, bool) {
		status := c.kudoc(t, "status", "lone")
		return status, strings.Contains(status, "ErrImagePull")
	})
	contains(t, "status", status, "pod lone-0")
	for line := range strings.Lines(status) {
		if strings.Contains(line, "ErrImagePull") {
			line, _, _ = strings.Cut(line, ": failed to pull")
			t.Logf("status: %s", strings.TrimSpace(line))
			break
		}
	}
	c.kubectl(t, "patch", execution, "--type=merge", "-p", `{"spec":{"cancel":true}}`)
	c.eventually(t, time.Minute, "the plan is cancelled", func() (string, bool) {
		state := c.kubectl(t, "get", execution, "-o", "jsonpath={.status.state}")
		return state, state == "Cancelled"
	})
	before := c.record(t, execution)

	c.ctr(t, "images", "tag", "docker.io/library/zookeeper:3.9.3", forgottenImage)
	c.retry(t, execution)
	c.succeeds(t, execution)
	equal(t, "the execution and what it had done", c.record(t, execution), before)
	equal(t, "executions", c.kubectl(t, "get", "planexecutions", "-o", "jsonpath={.items[?(@.spec.instance=='lone')].metadata.name}"), "lone-deploy-1")
	mode := c.mode(t, "lone-0")
	equal(t, "mode", mode, "leader")
	t.Logf("lone-0, when the image had been brought and lone-deploy-1 was retried: %s", mode)
}

// record is the identity of an execution, and how the phase before that of the servers went.
func (c cluster) record(t *testing.T, execution string) string {
	t.Helper()
	return c.kubectl(t, "get", execution, "-o", "jsonpath={.metadata.uid} {.status.phases[?(@.name=='network')]}")
}

// retry takes back a cancellation, if there is one, and goes on with an execution for the first time.
func (c cluster) retry(t *testing.T, execution string) {
	t.Helper()
	c.kubectl(t, "patch", execution, "--type=merge", "-p", `{"spec":{"cancel":false,"retry":1}}`)
	// until then, its state is the one from before
	c.eventually(t, time.Minute, execution+" is retried", func() (string, bool) {
		seen := c.kubectl(t, "get", execution, "-o", "jsonpath={.status.retriesSeen}")
		return seen, seen == "1"
	})
}
