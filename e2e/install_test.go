package e2e

import (
	"path/filepath"
	"testing"
)

// install brings the controller into an empty cluster: the image that was made of bin, with the rights and the restrictions
// that its manifests have.
func install(t *testing.T, c cluster) {
	equal(t, "namespaces of others", c.kubectl(t, "get", "pods", "-A", "-o", "name"), "")
	c.kubectl(t, "create", "namespace", namespace)
	c.run(t, filepath.Join(c.bin, "kudoc"), "install", "--image", image)
	c.kubectl(t, "rollout", "status", "deployment/kudoc-controller", "-n", "kudoc-system", "--timeout=2m")
	equal(t, "instances", c.kubectl(t, "get", "instances", "-A", "-o", "name"), "")
	equal(t, "image of the controller",
		c.kubectl(t, "get", "deployment/kudoc-controller", "-n", "kudoc-system", "-o", "jsonpath={.spec.template.spec.containers[*].image}"), image)
	t.Logf("pods of the controller: %s", c.kubectl(t, "get", "pods", "-n", "kudoc-system", "-o", "name"))
}
