package e2e

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// scheduleBackups: the CronJob's pod, which may do nothing else, asks for a backup every minute until it is told not to.
func scheduleBackups(t *testing.T, c cluster) {
	before := c.executions(t)
	began := time.Now()
	c.apply(t, "mysql", "mysql", "-p", "backupSchedule=*/1 * * * *")
	made := c.eventually(t, 2*time.Minute, "there is a scheduled backup", func() (string, bool) {
		for _, name := range c.executions(t) {
			if strings.HasPrefix(name, "mysql-backup-") && !slices.Contains(before, name) {
				return name, true
			}
		}
		return c.kubectl(t, "get", "jobs,pods", "-o", "wide"), false
	})
	t.Logf("%s was made after %.0fs", made, time.Since(began).Seconds())
	account := c.kubectl(t, "get", "cronjob/mysql-schedule", "-o", "jsonpath={.spec.jobTemplate.spec.template.spec.serviceAccountName}")
	for verb, want := range map[string]string{"create": "yes", "delete": "no"} {
		equal(t, "whether the account may "+verb, c.may(t, account, verb), want)
	}
	c.succeeds(t, "planexecution/"+made)
	c.apply(t, "mysql", "mysql", "--reset-params", "-p", "image=mariadb:11.8", "-p", "kudocImage="+image)
	equal(t, "schedules", c.kubectl(t, "get", "cronjobs,serviceaccounts,roles,rolebindings", "-o", "name"), "serviceaccount/default")
	equal(t, "rows", c.table(t), rows)
}

func (c cluster) executions(t *testing.T) []string {
	t.Helper()
	return strings.Fields(c.kubectl(t, "get", "planexecutions", "-o", "jsonpath={.items[*].metadata.name}"))
}

// may says whether a service account may do something to executions: yes or no.
func (c cluster) may(t *testing.T, account, verb string) string {
	t.Helper()
	out, err := c.command(c.sandbox, "kubectl", "-n", namespace, "auth", "can-i", verb, "planexecutions.kudoc.dev",
		"--as=system:serviceaccount:"+namespace+":"+account).Output()
	answer := strings.TrimSpace(string(out))
	if err != nil && answer != "no" {
		t.Fatalf("kubectl auth can-i: %v", err)
	}
	return answer
}
