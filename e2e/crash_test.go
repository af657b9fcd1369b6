package e2e

import (
	"strings"
	"testing"
	"time"
)

// killController: a backup that is under way when the controller's process is killed ends all the same, and is made once.
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
	pod, _, _ := strings.Cut(leader, "_")
	equal(t, "restarts of "+pod, c.restarts(t, pod), "0")
	c.kill(t, "kudoc-system", pod, "kudoc-controller")
	equal(t, "state while the controller is dead", c.kubectl(t, "get", execution, "-o", "jsonpath={.status.state}"), "Running")
	t.Logf("killed %s while %s ran", pod, job)
	c.succeeds(t, execution)
	made := len(c.backupJobs(t)) - len(before)
	if made != 1 {
		t.Fatalf("%d Jobs were made: %v, want 1", made, c.backupJobs(t))
	}
	next := c.leader(t)
	if next == leader {
		t.Fatalf("%s leads still", leader)
	}
	// restarted by the kubelet, after an end by signal 9
	equal(t, "restarts of "+pod, c.restarts(t, pod), "1 137")
	t.Logf("%s was restarted, %s took over and ended the plan; Jobs made: %d", pod, next, made)
}

// leader is the process of the controller that works: its pod, and a name that no other process of that pod has.
func (c cluster) leader(t *testing.T) string {
	t.Helper()
	return c.kubectl(t, "get", "leases", "-n", "kudoc-system", "-o", "jsonpath={.items[0].spec.holderIdentity}")
}

// restarts are how often a pod of the controller was restarted, and the exit code before that.
func (c cluster) restarts(t *testing.T, pod string) string {
	t.Helper()
	return c.kubectl(t, "get", "pod", pod, "-n", "kudoc-system", "-o",
		"jsonpath={range .status.containerStatuses[0]}{.restartCount} {.lastState.terminated.exitCode}{end}")
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
