package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// workload is one of each thing that the simulated node must carry through.
const workload = `
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  replicas: 3
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      containers: [{name: db, image: example/db, volumeMounts: [{name: data, mountPath: /data}]}]
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: batch/v1
kind: Job
metadata: {name: good}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: example/job}]}}}
---
apiVersion: batch/v1
kind: Job
metadata: {name: bad}
spec:
  backoffLimit: 0
  template:
    metadata: {annotations: {sandbox.kudoc.dev/fail: "true"}}
    spec: {restartPolicy: Never, containers: [{name: c, image: example/job}]}
---
apiVersion: v1
kind: Pod
metadata: {name: unready, annotations: {sandbox.kudoc.dev/unready: "true"}}
spec: {containers: [{name: c, image: example/app}]}
---
apiVersion: v1
kind: Pod
metadata: {name: no-image, annotations: {sandbox.kudoc.dev/image-error: "true"}}
spec: {containers: [{name: c, image: example/app}]}
---
apiVersion: v1
kind: Pod
metadata: {name: crash, annotations: {sandbox.kudoc.dev/fail: "true"}}
spec: {containers: [{name: c, image: example/app}]}
`

// outcomes are what becomes of the workload: a resource, a path in it, a value.
var outcomes = []struct{ resource, path, want string }{
	{"statefulset/db", "{.status.readyReplicas}", "3"},
	{"pvc/data-db-2", "{.status.phase}", "Bound"},
	{"job/good", `{.status.conditions[?(@.type=="Complete")].status}`, "True"},
	{"job/bad", `{.status.conditions[?(@.type=="Failed")].status}`, "True"},
	{"pod/unready", `{.status.phase} {.status.conditions[?(@.type=="Ready")].status}`, "Running False"},
	{"pod/no-image", "{.status.containerStatuses[0].state.waiting.reason}", "ErrImagePull"},
	{"pod/crash", "{.status.containerStatuses[0].state.waiting.reason}", "CrashLoopBackOff"},
}

// TestBootAndTearDown boots a sandbox of its own, runs the workload, and looks
// for anything that is left after down.
func TestBootAndTearDown(t *testing.T) {
	s := boot(t)

	if version := s.kubectl(t, "", "version", "-o", "json"); !strings.Contains(version, `"gitVersion": "v1.37.2"`) {
		t.Errorf("version is %s", version)
	}
	status := s.status(t)
	if len(status.Components) != 5 {
		t.Errorf("%d components, want 5", len(status.Components))
	}
	if again := s.sandbox(t, "up"); strings.TrimSpace(again) != status.Kubeconfig {
		t.Errorf("a second up prints %q, want %q", again, status.Kubeconfig)
	}

	s.kubectl(t, workload, "apply", "-f", "-")
	for _, o := range outcomes {
		s.eventually(t, o.resource, o.path, o.want)
	}
	s.kubectl(t, "", "annotate", "pod/crash", "sandbox.kudoc.dev/fail-")
	s.eventually(t, "pod/crash", `{.status.conditions[?(@.type=="Ready")].status}`, "True")
	if token := s.kubectl(t, "", "create", "token", "default"); strings.Count(token, ".") != 2 {
		t.Errorf("token %q is none", token)
	}
	s.kubectl(t, "", "delete", "pod/db-0", "--timeout=10s")

	s.sandbox(t, "down")
	s.gone(t, status)
	s.sandbox(t, "down")
}

// TestKilledSupervisor: whatever happens to the supervisor, no process stays,
// and the next up starts afresh.
func TestKilledSupervisor(t *testing.T) {
	s := boot(t)
	status := s.status(t)
	if err := syscall.Kill(status.Supervisor, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); status.lives() && time.Now().Before(deadline); {
		time.Sleep(50 * time.Millisecond)
	}
	s.sandbox(t, "up")
	again := s.status(t)
	if again.Supervisor == status.Supervisor {
		t.Error("up found the dead sandbox alive")
	}
	s.sandbox(t, "down")
	s.gone(t, status)
	s.gone(t, again)
}

// TestRun: the command gets a sandbox and its exit status is passed on.
func TestRun(t *testing.T) {
	s := newSandbox(t)
	cmd := s.command("run", "--dir", s.dir, "--nodes=2", "--", "sh", "-c", s.program+" kubectl get nodes -o name; exit 7")
	out, err := cmd.Output()
	if code := cmd.ProcessState.ExitCode(); code != 7 {
		t.Errorf("exit status %d, want 7 (%v)", code, err)
	}
	if got, want := string(out), "node/node-1\nnode/node-2\n"; got != want {
		t.Errorf("output %q, want %q", got, want)
	}
	if _, err := os.Stat(s.dir); !os.IsNotExist(err) {
		t.Errorf("%s is left", s.dir)
	}
}

// TestSuperviseByHand: without the lock that up passes on, a supervisor could
// disturb another.
func TestSuperviseByHand(t *testing.T) {
	s := newSandbox(t)
	out, err := s.command("supervise", "--dir", t.TempDir()).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "not by hand") {
		t.Errorf("error %v, output %q", err, out)
	}
}

// sandbox is the built program with a folder of its own, and a cache of its own
// where it has a real node.
type sandbox struct {
	program, dir, cache string
}

func newSandbox(t *testing.T) sandbox {
	t.Helper()
	program := os.Getenv("SANDBOX_BIN")
	if program == "" {
		const reason = "SANDBOX_BIN does not name the sandbox program: SANDBOX_BIN=$(sandbox/build)"
		if os.Getenv("KUDOC_REQUIRE_CLUSTER") == "1" {
			t.Fatal(reason)
		}
		t.Skip(reason)
	}
	return sandbox{program: program, dir: filepath.Join(t.TempDir(), "sandbox")}
}

// boot starts a sandbox, which ends with the test even if the test is killed.
func boot(t *testing.T) sandbox {
	t.Helper()
	s := newSandbox(t)
	t.Cleanup(func() {
		if out, err := s.command("down").CombinedOutput(); err != nil {
			t.Errorf("down: %v\n%s", err, out)
		}
	})
	began := time.Now()
	path := strings.TrimSpace(s.sandbox(t, "up", fmt.Sprintf("--owner-pid=%d", os.Getpid())))
	t.Logf("up after %s", time.Since(began).Round(10*time.Millisecond))
	if path != filepath.Join(s.dir, "kubeconfig") {
		t.Fatalf("up printed %q", path)
	}
	return s
}

func (s sandbox) command(args ...string) *exec.Cmd {
	cmd := exec.Command(s.program, args...)
	cmd.Env = append(os.Environ(), "KUDOC_SANDBOX_DIR="+s.dir, "KUBECONFIG=")
	if s.cache != "" {
		cmd.Env = append(cmd.Env, "XDG_CACHE_HOME="+s.cache)
		if dir, err := goCache(); err == nil {
			cmd.Env = append(cmd.Env, "GOCACHE="+dir)
		}
	}
	return cmd
}

func (s sandbox) sandbox(t *testing.T, args ...string) string {
	t.Helper()
	return output(t, s.command(args...))
}

func (s sandbox) kubectl(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	cmd := s.command(append([]string{"kubectl"}, args...)...)
	cmd.Stdin = strings.NewReader(stdin)
	return output(t, cmd)
}

func output(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, stderr.String())
	}
	return string(out)
}

func (s sandbox) eventually(t *testing.T, resource, path, want string) {
	t.Helper()
	var got string
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		raw, _ := s.command("kubectl", "get", resource, "-o", "jsonpath="+path).Output()
		if got = strings.TrimSpace(string(raw)); got == want {
			return
		}
	}
	t.Errorf("%s %s is %q, want %q", resource, path, got, want)
}

// status is the part of sandbox status -o json that the tests read.
type status struct {
	Kubeconfig string `json:"kubeconfig"`
	Server     string `json:"server"`
	Supervisor int    `json:"supervisorPid"`
	Components []struct {
		Name     string `json:"name"`
		PID      int    `json:"pid"`
		Health   string `json:"health"`
		Restarts int    `json:"restarts"`
		LastEnd  string `json:"lastEnd"`
	} `json:"components"`
}

func (s sandbox) status(t *testing.T) status {
	t.Helper()
	var st status
	if err := json.Unmarshal([]byte(s.sandbox(t, "status", "-o", "json")), &st); err != nil {
		t.Fatal(err)
	}
	return st
}

func (st status) pids() []int {
	pids := []int{st.Supervisor}
	for _, c := range st.Components {
		pids = append(pids, c.PID)
	}
	return pids
}

func (st status) lives() bool { return slices.ContainsFunc(st.pids(), lives) }

// lives reports whether a process runs. One that has ended and whose parent has
// not asked how is still listed, as a zombie; the parent is the system's
// business, because up has ended before its supervisor.
func lives(pid int) bool {
	out, err := exec.Command("ps", "-o", "stat=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && !strings.HasPrefix(strings.TrimSpace(string(out)), "Z")
}

// gone checks that no process, port or file is left.
func (s sandbox) gone(t *testing.T, st status) {
	t.Helper()
	for _, pid := range st.pids() {
		if lives(pid) {
			t.Errorf("process %d still runs", pid)
		}
	}
	server, err := url.Parse(st.Server)
	if err != nil {
		t.Fatal(err)
	}
	if conn, err := net.DialTimeout("tcp", server.Host, time.Second); err == nil {
		_ = conn.Close()
		t.Errorf("%s still listens", server.Host)
	}
	if _, err := os.Stat(s.dir); !os.IsNotExist(err) {
		t.Errorf("%s is left", s.dir)
	}
}
