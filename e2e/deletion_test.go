package e2e

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// claims are the volumes that stay: those of frameworks that were not told to delete them, as zk and mysql; kafka and lone were.
var claims = []string{"data-mysql-0", "data-zk-0", "data-zk-1", "data-zk-2", "data-zk-3", "data-zk-4", "mysql-backups"}

// deleteAll: an Instance that is deleted takes everything with it, plans that people ran and their Jobs, too, but for the volumes
// that it is to leave; one that retains its data leaves how to read it.
func deleteAll(t *testing.T, c cluster) {
	c.kubectl(t, "patch", "instance", "mysql", "--type=merge", "-p", `{"spec":{"deletionPolicy":"Retain"}}`)
	c.kubectl(t, "delete", "instance", "kafka", "mysql", "lone", "--timeout=5m")
	// a broker cannot leave in order when its ZooKeeper is gone
	c.kubectl(t, "wait", "--for=delete", "pod", "-l", "app.kubernetes.io/instance=kafka", "--timeout=5m")
	c.kubectl(t, "delete", "instance", "zk", "--timeout=5m")
	kept := []string{
		"configmap/kube-root-ca.crt", "serviceaccount/default", // every namespace has them
		"secret/lone-tls", // of a person
		"secret/mysql-generated",
	}
	for _, claim := range claims {
		kept = append(kept, "persistentvolumeclaim/"+claim)
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
	volumes := strings.Fields(c.kubectl(t, "get", "persistentvolumes", "-o", "jsonpath={.items[*].spec.claimRef.name}"))
	slices.Sort(volumes)
	equal(t, "volumes", strings.Join(volumes, " "), strings.Join(claims, " "))
}
