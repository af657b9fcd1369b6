package e2e

import (
	"strings"
	"testing"
	"time"
)

// recoverFromMissingImage: an image that there is not is told, with the pod that wants it, and corrected.
func recoverFromMissingImage(t *testing.T, c cluster) {
	c.apply(t, "zookeeper", "lone", "-p", "replicas=1", "-p", "image=zookeeper:none", "--no-wait")
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
	c.kubectl(t, "patch", "planexecution", "lone-deploy-1", "--type=merge", "-p", `{"spec":{"cancel":true}}`)
	c.eventually(t, time.Minute, "the plan is cancelled", func() (string, bool) {
		state := c.kubectl(t, "get", "planexecution", "lone-deploy-1", "-o", "jsonpath={.status.state}")
		return state, state == "Cancelled"
	})
	c.apply(t, "zookeeper", "lone", "-p", "image=zookeeper:3.9.3")
	mode := c.mode(t, "lone-0")
	equal(t, "mode", mode, "leader")
	t.Logf("lone-0, with an image that exists: %s", mode)
}
