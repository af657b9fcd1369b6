package e2e

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// deleteAll: an Instance that is deleted takes everything with it; one that retains its data leaves that, and how to read it.
func deleteAll(t *testing.T, c cluster) {
	c.kubectl(t, "patch", "instance", "mysql", "--type=merge", "-p", `{"spec":{"deletionPolicy":"Retain"}}`)
	c.kubectl(t, "delete", "instance", "kafka", "mysql", "lone", "--timeout=5m")
	c.kubectl(t, "delete", "instance", "zk", "--timeout=5m")
	kept := []string{
		"configmap/kube-root-ca.crt", "serviceaccount/default", // every namespace has them
		"persistentvolumeclaim/data-mysql-0", "persistentvolumeclaim/mysql-backups", "secret/mysql-generated",
	}
	slices.Sort(kept)
	kinds := strings.ReplaceAll(c.kubectl(t, "api-resources", "--verbs=list", "--namespaced", "-o", "name"), "\n", ",")
	left := c.eventually(t, 2*time.Minute, "only "+strings.Join(kept, ", ")+" are left", func() (string, bool) {
		names := slices.DeleteFunc(strings.Fields(c.kubectl(t, "get", kinds, "--ignore-not-found", "-o", "name")), func(name string) bool {
			return strings.HasPrefix(name, "event")
		})
		slices.Sort(names)
		return strings.Join(names, ", "), slices.Equal(names, kept)
	})
	t.Logf("left in the namespace: %s", left)
	volumes := c.eventually(t, time.Minute, "two volumes are left", func() (string, bool) {
		claims := strings.Fields(c.kubectl(t, "get", "persistentvolumes", "-o", "jsonpath={.items[*].spec.claimRef.name}"))
		slices.Sort(claims)
		return strings.Join(claims, ", "), slices.Equal(claims, []string{"data-mysql-0", "mysql-backups"})
	})
	t.Logf("volumes left: those of %s", volumes)
}
