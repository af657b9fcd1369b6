package runtime_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/kudoc/kudoc/internal/clustertest"
)

// sandbox is a sandbox of a test's own, so that nobody else suffers from what is done to it.
type sandbox struct {
	t   *testing.T
	dir string
}

// ownSandbox starts another sandbox with the program of the one that the tests share. It needs half a gigabyte and five
// seconds.
func ownSandbox(t *testing.T) *sandbox {
	t.Helper()
	shared := clustertest.Kubeconfig(t)
	t.Parallel()
	program := fmt.Sprintf("/proc/%d/exe", stateOf(t, filepath.Dir(shared)).SupervisorPID)
	s := &sandbox{t, filepath.Join(t.TempDir(), "sandbox")}
	up := exec.CommandContext(t.Context(), program, "up", "--dir", s.dir, "--owner-pid", fmt.Sprint(os.Getpid()))
	if out, err := up.CombinedOutput(); err != nil {
		t.Fatalf("start a sandbox: %v: %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.CommandContext(context.Background(), program, "down", "--dir", s.dir).CombinedOutput(); err != nil {
			t.Errorf("stop the sandbox: %v: %s", err, out)
		}
	})
	return s
}

// sandboxState is what a sandbox writes down about itself.
type sandboxState struct {
	SupervisorPID int `json:"supervisorPid"`
	Components    []sandboxComponent
}

type sandboxComponent struct {
	Name   string
	PID    int
	Health string `json:"healthURL"`
}

func stateOf(t *testing.T, dir string) sandboxState {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "state.json"))
	if err != nil {
		t.Fatal(err)
	}
	var s sandboxState
	if err := json.Unmarshal(data, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *sandbox) component(name string) sandboxComponent {
	s.t.Helper()
	for _, c := range stateOf(s.t, s.dir).Components {
		if c.Name == name {
			return c
		}
	}
	s.t.Fatalf("the sandbox has no %s", name)
	return sandboxComponent{}
}

// pid is the process of a component.
func (s *sandbox) pid(component string) int {
	s.t.Helper()
	return s.component(component).PID
}

func (s *sandbox) connect() *cluster { return connectTo(s.t, filepath.Join(s.dir, "kubeconfig")) }

// stall stops etcd again and again, for up to three seconds, as a disk does that is busy; for a second in between it runs.
func (s *sandbox) stall(c chaos, y *tally) (stop func()) {
	pid := s.pid("etcd")
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for n := uint64(0); ctx.Err() == nil; n++ {
			chance := c.random(4, n)
			_ = syscall.Kill(pid, syscall.SIGSTOP) // it is gone only if the sandbox is, which fails the test anyhow
			time.Sleep(500*time.Millisecond + time.Duration(chance.IntN(2500))*time.Millisecond)
			_ = syscall.Kill(pid, syscall.SIGCONT)
			y.faults.Add(1)
			time.Sleep(500*time.Millisecond + time.Duration(chance.IntN(1000))*time.Millisecond)
		}
	}()
	return func() { cancel(); <-done }
}

func TestPlansEndRightAlthoughEtcdStalls(t *testing.T) {
	c, y := newChaos(t), &tally{}
	if !c.full {
		t.Skip("takes a minute: run 'make chaos'")
	}
	s := ownSandbox(t)
	t.Cleanup(func() { y.report(t, c) })
	k := s.connect()
	k.start(nil)
	t.Cleanup(s.stall(c, y)) // until before the controller is stopped
	k.weatherAll(6, y)
}
