package e2e

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// ofOthers is what is in the namespace besides what kudoc made: every namespace has the first two, a person made the third.
var ofOthers = []string{"configmap/kube-root-ca.crt", "serviceaccount/default", "secret/lone-tls"}

// ofZooKeeper are the volumes of all servers that zk has had.
var ofZooKeeper = []string{"data-zk-0", "data-zk-1", "data-zk-2", "data-zk-3", "data-zk-4"}

// deleteAll: an Instance that is deleted takes everything with it, plans that people ran and their Jobs, too. The volumes stay
// where the Instance was not told to delete them, as kafka and lone were, and passwords stay with the volumes that need them.
func deleteAll(t *testing.T, c cluster) {
	c.kubectl(t, "delete", "instance", "kafka", "mysql", "lone", "--timeout=5m")
	// a broker cannot leave in order when its ZooKeeper is gone
	c.kubectl(t, "wait", "--for=delete", "pod", "-l", "app.kubernetes.io/instance=kafka", "--timeout=5m")
	c.kubectl(t, "delete", "instance", "zk", "--timeout=5m")
	c.leaves(t, append([]string{"data-mysql-0", "mysql-backups"}, ofZooKeeper...), append([]string{"secret/mysql-generated"}, ofOthers...))
}

// comeBack: an Instance with the name of one that has left its data has that, with its passwords and backups. Told to delete it,
// it leaves nothing.
func comeBack(t *testing.T, c cluster) {
	c.apply(t, "mysql", "mysql", "-p", "image=mariadb:11.8", "-p", "kudocImage="+image, "-p", "volumesWhenDeleted=Delete")
	equal(t, "rows of the one before", c.table(t), rows)
	c.sql(t, "delete from t")
	c.create(t, "restore.yaml")
	equal(t, "rows of the backup before", c.table(t), rows)
	t.Log("a new mysql has the rows of the one before, and its backup")
	c.kubectl(t, "delete", "instance", "mysql", "--timeout=5m")
	c.leaves(t, ofZooKeeper, ofOthers)
}

// leaves waits until nothing is left in the namespace but claims, with their volumes, and others.
func (c cluster) leaves(t *testing.T, claims, others []string) {
	t.Helper()
	kept := slices.Clone(others)
	for _, claim := range claims {
		kept = append(kept, "persistentvolumeclaim/"+claim)
	}
	slices.Sort(kept)
	bound := slices.Sorted(slices.Values(claims))
	kinds := strings.ReplaceAll(c.kubectl(t, "api-resources", "--verbs=list", "--namespaced", "-o", "name"), "\n", ",")
	left := c.eventually(t, 2*time.Minute, "only "+strings.Join(kept, ", ")+" are left", func() (string, bool) {
		names := slices.DeleteFunc(strings.Fields(c.kubectl(t, "get", kinds, "--ignore-not-found", "-o", "name")), func(name string) bool {
			return strings.HasPrefix(name, "event")
		})
		slices.Sort(names)
		return strings.Join(names, ", "), slices.Equal(names, kept)
	})
	t.Logf("left in the namespace: %s", left)
	c.eventually(t, time.Minute, "only the volumes of these claims are left", func() (string, bool) {
		volumes := strings.Fields(c.kubectl(t, "get", "persistentvolumes", "-o", "jsonpath={.items[*].spec.claimRef.name}"))
		slices.Sort(volumes)
		return strings.Join(volumes, " "), slices.Equal(volumes, bound)
	})
}
