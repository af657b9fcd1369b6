package e2e

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// probeImage is the reference of the image with the program in probe.
const probeImage = "docker.io/kudoc/probe:e2e"

// containers are one of each thing that a real node must carry through.
const containers = `
apiVersion: v1
kind: Service
metadata: {name: hello}
spec: {selector: {app: hello}, ports: [{name: http, port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: members}
spec: {clusterIP: None, publishNotReadyAddresses: true, selector: {app: member}, ports: [{name: http, port: 8080}]}
---
apiVersion: v1
kind: Pod
metadata: {name: hello, labels: {app: hello}}
spec:
  terminationGracePeriodSeconds: 1
  containers:
  - {name: c, image: "docker.io/kudoc/probe:e2e", args: [serve], readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 1}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: member}
spec:
  replicas: 2
  podManagementPolicy: Parallel
  serviceName: members
  selector: {matchLabels: {app: member}}
  template:
    metadata: {labels: {app: member}}
    spec:
      terminationGracePeriodSeconds: 1
      securityContext: {runAsUser: 1000, runAsNonRoot: true, fsGroup: 1000}
      containers:
      - name: c
        image: docker.io/kudoc/probe:e2e
        args: [serve]
        # Never ready: its name must be there all the same.
        readinessProbe: {httpGet: {path: /, port: 9999}, periodSeconds: 1}
        volumeMounts: [{name: data, mountPath: /data}]
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: Pod
metadata: {name: no-image}
spec: {containers: [{name: c, image: "docker.io/kudoc/nothing:1"}]}
---
apiVersion: batch/v1
kind: Job
metadata: {name: bad}
spec:
  backoffLimit: 0
  template: {spec: {restartPolicy: Never, containers: [{name: c, image: "docker.io/kudoc/probe:e2e", args: [read, /nothing]}]}}
`

// TestRealNode runs containers and looks at them in every way there is.
func TestRealNode(t *testing.T) {
	s := bootReal(t)
	s.kubectl(t, containers, "apply", "-f", "-")
	for _, o := range []struct{ resource, path, want string }{
		{"pod/hello", `{.status.conditions[?(@.type=="Ready")].status}`, "True"},
		{"pod/member-0", "{.status.phase}", "Running"},
		{"pod/member-1", "{.status.phase}", "Running"},
		{"pod/no-image", "{.status.containerStatuses[0].state.waiting.reason}", "ErrImagePull"},
		{"job/bad", `{.status.conditions[?(@.type=="Failed")].status}`, "True"},
	} {
		s.eventually(t, o.resource, o.path, o.want)
	}
	t.Run("logs", func(t *testing.T) { equal(t, s.kubectl(t, "", "logs", "hello"), "serving") })
	t.Run("port-forward", func(t *testing.T) { s.portForward(t) })
	t.Run("names", func(t *testing.T) { s.names(t) })
	t.Run("volume", func(t *testing.T) { s.volume(t) })
	t.Run("enter", func(t *testing.T) {
		program := buildProbe(t)
		equal(t, s.sandbox(t, "enter", "--", program, "get", "http://hello.default.svc.cluster.local"), "hello from hello")
	})
	t.Run("load", func(t *testing.T) {
		s.sandbox(t, "image", "build", "--from-program=docker.io/kudoc/late:e2e="+buildProbe(t))
		loaded := s.sandbox(t, "image", "load", "docker.io/kudoc/late:e2e")
		if !strings.Contains(loaded, "docker.io/kudoc/late:e2e\n") {
			t.Errorf("the node has %s", loaded)
		}
	})
	t.Run("status", func(t *testing.T) {
		if status := s.status(t); len(status.Components) != 9 {
			t.Errorf("%d components, want 9: %+v", len(status.Components), status.Components)
		}
	})
	t.Run("one at a time", func(t *testing.T) {
		other := sandbox{program: s.program, dir: filepath.Join(t.TempDir(), "other"), cache: s.cache}
		out, err := other.command("up", "--node=real").CombinedOutput()
		if err == nil || !strings.Contains(string(out), "another real node runs on this machine") {
			t.Errorf("a second node: error %v, output %s", err, out)
		}
	})
}

// names asks inside of a pod for everything that has a name.
func (s sandbox) names(t *testing.T) {
	service := s.kubectl(t, "", "get", "service/hello", "-o", "jsonpath={.spec.clusterIP}")
	member := s.kubectl(t, "", "get", "pod/member-1", "-o", "jsonpath={.status.podIP}")
	for _, q := range []struct{ verb, name, want string }{
		{"get", "http://hello", "hello from hello"},
		{"host", "hello.default", service},
		{"host", "hello.default.svc.cluster.local", service},
		{"host", "member-1.members", member},
		{"port", "_http._tcp.hello.default.svc.cluster.local", "hello.default.svc.cluster.local.:80"},
		{"address", service, "hello.default.svc.cluster.local."},
		{"address", member, "member-1.members.default.svc.cluster.local."},
	} {
		var got string
		for deadline := time.Now().Add(10 * time.Second); got != q.want && time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
			out, err := s.command("kubectl", "exec", "member-0", "--", "/probe", q.verb, q.name).CombinedOutput()
			if got = strings.TrimSpace(string(out)); err != nil {
				got = "error: " + got
			}
		}
		if got != q.want {
			t.Errorf("%s %s: %q, want %q", q.verb, q.name, got, q.want)
		}
	}
	out, err := s.command("kubectl", "exec", "member-0", "--", "/probe", "host", "www.example.org").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "no such host") {
		t.Errorf("a name of the outside: error %v, output %s", err, out)
	}
}

// volume: what a pod has written is there for the next of its name.
func (s sandbox) volume(t *testing.T) {
	s.kubectl(t, "", "exec", "member-0", "--", "/probe", "write", "/data/file", "kept")
	before := s.kubectl(t, "", "get", "pod/member-0", "-o", "jsonpath={.metadata.uid}")
	s.kubectl(t, "", "delete", "pod/member-0", "--timeout=30s")
	s.eventually(t, "pod/member-0", "{.status.phase}", "Running")
	if after := s.kubectl(t, "", "get", "pod/member-0", "-o", "jsonpath={.metadata.uid}"); after == before {
		t.Error("the pod is the same")
	}
	equal(t, s.kubectl(t, "", "exec", "member-0", "--", "/probe", "read", "/data/file"), "kept")
}

func (s sandbox) portForward(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	cmd := s.command("kubectl", "port-forward", "pod/hello", fmt.Sprintf("%d:8080", port))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = cmd.Process.Kill(), cmd.Wait() }()
	var out []byte
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		if out, err = exec.Command(buildProbe(t), "get", fmt.Sprintf("http://127.0.0.1:%d", port)).Output(); err == nil {
			break
		}
	}
	equal(t, string(out), "hello from hello")
}

func equal(t *testing.T, got, want string) {
	t.Helper()
	if got = strings.TrimSpace(got); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// newReal is a sandbox that may have a real node: the preflight passes, and the
// image of the tests is built in a cache of their own.
func newReal(t *testing.T) sandbox {
	t.Helper()
	if os.Getenv("KUDOC_E2E") == "" {
		t.Skip("needs root and a machine that can run containers: make e2e runs it, KUDOC_E2E=1 does")
	}
	required := os.Getenv("KUDOC_E2E") == "require"
	if required && os.Getenv("SANDBOX_BIN") == "" {
		t.Fatal("SANDBOX_BIN does not name the sandbox program: SANDBOX_BIN=$(sandbox/build)")
	}
	s := newSandbox(t)
	s.cache = sharedCache(t)
	cmd := s.command("preflight")
	out, err := cmd.CombinedOutput()
	switch {
	case err == nil:
	case cmd.ProcessState.ExitCode() == 3 && !required:
		t.Skipf("%s", out)
	default:
		t.Fatalf("preflight: %v\n%s", err, out)
	}
	s.sandbox(t, "image", "build", "--from-program="+probeImage+"="+buildProbe(t))
	return s
}

func bootReal(t *testing.T) sandbox {
	t.Helper()
	s := newReal(t)
	t.Cleanup(func() {
		if out, err := s.command("down").CombinedOutput(); err != nil {
			t.Errorf("down: %v\n%s", err, out)
		}
	})
	began := time.Now()
	s.up(t, fmt.Sprintf("--owner-pid=%d", os.Getpid()))
	t.Logf("up after %s", time.Since(began).Round(10*time.Millisecond))
	return s
}
