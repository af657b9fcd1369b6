package runtime_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// sandbox is a sandbox of a test's own, so that nobody else suffers from what is done to it.
type sandbox struct {
	t   *testing.T
	dir string
}

// ownSandbox starts another sandbox with the program of the one that the tests share. It needs half a gigabyte and five
// seconds, so only make chaos has it.
func ownSandbox(t *testing.T, c chaos) *sandbox {
	t.Helper()
	shared := os.Getenv("KUDOC_TEST_KUBECONFIG")
	if shared == "" || !c.full {
		t.Skip("starts a sandbox of its own: run 'make chaos'")
	}
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
	Components    []struct {
		Name string
		PID  int
	}
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

// pid is the process of a component.
func (s *sandbox) pid(component string) int {
	s.t.Helper()
	for _, c := range stateOf(s.t, s.dir).Components {
		if c.Name == component {
			return c.PID
		}
	}
	s.t.Fatalf("the sandbox has no %s", component)
	return 0
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
	s := ownSandbox(t, c)
	t.Cleanup(func() { y.report(t, c) })
	k := s.connect()
	k.start(nil)
	t.Cleanup(s.stall(c, y)) // until before the controller is stopped
	k.weatherAll(6, y)
}

// mortal is an API server on the storage of a sandbox that can be killed: the sandbox ends when its own one is.
type mortal struct {
	s    *sandbox
	args []string
	port string
	cmd  *exec.Cmd
}

func (s *sandbox) mortalAPIServer() *mortal {
	s.t.Helper()
	proc := fmt.Sprintf("/proc/%d/", s.pid("kube-apiserver"))
	line, err := os.ReadFile(proc + "cmdline")
	if err != nil {
		s.t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		s.t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		s.t.Fatal(err)
	}
	program, err := os.Readlink(proc + "exe")
	if err != nil {
		s.t.Fatal(err)
	}
	args := strings.Split(string(bytes.TrimRight(line, "\x00")), "\x00")
	args[0] = program
	args = slices.DeleteFunc(args, func(a string) bool { return strings.HasPrefix(a, "--secure-port=") })
	m := &mortal{s: s, args: append(args, "--secure-port="+port), port: port}
	m.start()
	s.t.Cleanup(m.kill)
	return m
}

func (m *mortal) start() {
	m.cmd = exec.Command(m.args[0], m.args[1:]...)
	m.cmd.Dir, m.cmd.Env = m.s.dir, []string{"PATH=" + os.Getenv("PATH"), "HOME=" + m.s.dir}
	m.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := m.cmd.Start(); err != nil {
		m.s.t.Error(err)
	}
}

func (m *mortal) kill() {
	_ = m.cmd.Process.Kill() // it may have ended
	_ = m.cmd.Wait()
}

func TestPlansEndRightAlthoughTheAPIServerIsKilledAndStartedAgain(t *testing.T) {
	c, y := newChaos(t), &tally{}
	s := ownSandbox(t, c)
	t.Cleanup(func() { y.report(t, c) })
	k, m := s.connect(), s.mortalAPIServer()
	through := *k
	through.cfg = rest.CopyConfig(k.cfg)
	through.cfg.Host = "https://127.0.0.1:" + m.port
	var err error
	if through.c, err = client.New(through.cfg, client.Options{Scheme: scheme(t)}); err != nil {
		t.Fatal(err)
	}
	through.start(nil)
	over := make(chan struct{})
	go func() {
		defer close(over)
		k.weatherAll(6, y)
	}()
	for n := uint64(0); ; n++ {
		select {
		case <-over:
			return
		case <-time.After(time.Second + time.Duration(c.random(5, n).IntN(3000))*time.Millisecond):
		}
		m.kill()
		y.faults.Add(1)
		time.Sleep(time.Duration(c.random(6, n).IntN(2000)) * time.Millisecond)
		m.start()
		through.eventually("the API server is up again", func(ctx context.Context) error {
			return through.c.List(ctx, &v1alpha1.InstanceList{}, client.InNamespace(k.namespace))
		})
	}
}
