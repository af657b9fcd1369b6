package e2e

import (
	"strings"
	"testing"
	"time"
)

// killController: a backup that is under way when the controller dies ends all the same, and is made once.
func killController(t *testing.T, c cluster) {
	before := c.backupJobs(t)
	// the backup cannot read the table until this ends, so that it is under way for as long as it is needed
	lock := c.command(c.sandbox, append([]string{"kubectl", "-n", namespace}, append(c.client(t), "-e", "lock tables t write; do sleep(12)")...)...)
	if err := lock.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := lock.Wait(); err != nil {
			t.Errorf("lock the table: %v", err)
		}
	}()
	c.eventually(t, time.Minute, "the table is locked", func() (string, bool) {
		running := c.sql(t, "select info from information_schema.processlist where info like 'do sleep%'")
		return running, running != ""
	})
	execution := c.kubectl(t, "create", "-f", c.root+"/e2e/testdata/backup.yaml", "-o", "name")
	job := c.eventually(t, time.Minute, "the backup runs", func() (string, bool) {
		running := c.kubectl(t, "get", "pods", "-l", "app.kubernetes.io/name=mysql-job", "--field-selector=status.phase=Running", "-o", "name")
		return running, strings.Contains(running, "mysql-backup-")
	})
	leader := c.leader(t)
	c.kubectl(t, "delete", "pod", leader, "-n", "kudoc-system", "--force", "--grace-period=0", "--wait=false")
	equal(t, "state while the controller is dead", c.kubectl(t, "get", execution, "-o", "jsonpath={.status.state}"), "Running")
	t.Logf("killed %s while %s ran", leader, job)
	c.succeeds(t, execution)
	made := len(c.backupJobs(t)) - len(before)
	if made != 1 {
		t.Fatalf("%d Jobs were made: %v, want 1", made, c.backupJobs(t))
	}
	next := c.leader(t)
	if next == leader {
		t.Fatalf("%s leads still", leader)
	}
	t.Logf("%s took over and ended the plan; Jobs made: %d", next, made)
}

// leader is the controller's pod that works.
func (c cluster) leader(t *testing.T) string {
	t.Helper()
	holder := c.kubectl(t, "get", "leases", "-n", "kudoc-system", "-o", "jsonpath={.items[0].spec.holderIdentity}")
	pod, _, _ := strings.Cut(holder, "_")
	return pod
}

// backupJobs are the Jobs of backups that there have ever been: those that have succeeded are gone, but not their events.
func (c cluster) backupJobs(t *testing.T) map[string]bool {
	t.Helper()
	jobs := map[string]bool{}
	names := c.kubectl(t, "get", "events", "--field-selector", "involvedObject.kind=Job,reason=SuccessfulCreate", "-o", "jsonpath={.items[*].involvedObject.name}")
	for name := range strings.FieldsSeq(names) {
		if strings.HasPrefix(name, "mysql-backup-") {
			jobs[name] = true
		}
	}
	return jobs
}
