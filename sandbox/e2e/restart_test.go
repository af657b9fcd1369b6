package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// within tries until check is true, for a minute.
func within(t *testing.T, what string, check func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !check(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within a minute", what)
		}
	}
}

// TestWhatDiesIsStartedAgain: each component is killed once, and the cluster
// works afterwards with what it held before.
func TestWhatDiesIsStartedAgain(t *testing.T) {
	s := boot(t)
	s.kubectl(t, "", "create", "configmap", "kept")
	for _, c := range s.status(t).Components {
		if err := syscall.Kill(c.PID, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		within(t, c.Name+" is well again", func() bool {
			out, err := s.command("status").Output()
			return err == nil && strings.Contains(string(out), c.Name) && !strings.Contains(string(out), fmt.Sprintf("pid %d,", c.PID))
		})
		t.Logf("%s is well again after %s", c.Name, time.Since(began).Round(10*time.Millisecond))
	}
	for _, c := range s.status(t).Components {
		if c.Restarts != 1 || c.LastEnd != "signal: killed" {
			t.Errorf("%s: %d restarts, the last one after %q", c.Name, c.Restarts, c.LastEnd)
		}
	}
	s.kubectl(t, "", "get", "configmap", "kept")
	s.kubectl(t, workload, "apply", "-f", "-")
	for _, o := range outcomes {
		s.eventually(t, o.resource, o.path, o.want)
	}
	status := s.status(t)
	s.sandbox(t, "down")
	s.gone(t, status)
}

// TestWhatCannotStartEndsTheSandbox: an API server whose key is gone is not
// started for ever.
func TestWhatCannotStartEndsTheSandbox(t *testing.T) {
	s := boot(t)
	status := s.status(t)
	if err := os.Remove(filepath.Join(s.dir, "pki", "server.key")); err != nil {
		t.Fatal(err)
	}
	for _, c := range status.Components {
		if c.Name == "kube-apiserver" {
			if err := syscall.Kill(c.PID, syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
		}
	}
	const reason = "it was started 5 times more and did not get well"
	var out []byte
	within(t, "the sandbox says that "+reason, func() bool {
		out, _ = s.command("status").Output()
		return strings.Contains(string(out), reason)
	})
	if !strings.Contains(string(out), "failed") || !strings.Contains(string(out), "kube-apiserver.log") {
		t.Errorf("status says %s", out)
	}
	within(t, "all processes are gone", func() bool { return !status.lives() })
	log, err := os.ReadFile(filepath.Join(s.dir, "logs", "supervisor.log"))
	if err != nil || strings.Count(string(log), "starting it again") != 5 {
		t.Errorf("%v, the log is %s", err, log)
	}
}
