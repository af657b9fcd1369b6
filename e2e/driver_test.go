package e2e

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const (
	// controllerImage is what the cluster runs; image is how people write it.
	controllerImage = "docker.io/kudoc/kudoc-controller:e2e"
	image           = "kudoc/kudoc-controller:e2e"

	namespace = "talk"

	// patience is how long a plan may take on a machine that is busy with other things.
	patience = 10 * time.Minute
)

// cluster is a sandbox with a real node, and the programs that speak to it.
type cluster struct {
	sandbox string // program
	bin     string // folder of kudoc's programs
	root    string // of the repository
	dir     string // of the sandbox
}

// boot starts a real node, or says why there can be none.
func boot(t *testing.T) cluster {
	t.Helper()
	mode := os.Getenv("KUDOC_E2E")
	if mode == "" {
		t.Skip("needs root and a machine that can run containers: make e2e runs it")
	}
	c := newCluster(t)
	out, err := c.command(c.sandbox, "preflight").CombinedOutput()
	t.Logf("%s", out)
	var exit *exec.ExitError
	switch {
	case err == nil:
	case errors.As(err, &exit) && exit.ExitCode() == 3 && mode != "require":
		t.Skip("the machine cannot run a real node")
	default:
		t.Fatalf("preflight: %v", err)
	}
	began := time.Now()
	c.run(t, c.sandbox, "image", "build", "zookeeper", "kafka", "mariadb",
		"--from-program="+controllerImage+"="+filepath.Join(c.bin, "kudoc-controller")+","+filepath.Join(c.bin, "kudoc"))
	t.Logf("images are there after %.1fs", time.Since(began).Seconds())
	began = time.Now()
	t.Cleanup(func() { c.run(t, c.sandbox, "down") })
	c.run(t, c.sandbox, "up", "--node=real", fmt.Sprintf("--owner-pid=%d", os.Getpid()), "--images=zookeeper,kafka,mariadb,"+controllerImage)
	t.Logf("the node is up after %.1fs", time.Since(began).Seconds())
	t.Cleanup(func() { c.explain(t) })
	return c
}

func newCluster(t *testing.T) cluster {
	t.Helper()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	c := cluster{sandbox: os.Getenv("SANDBOX_BIN"), bin: filepath.Join(root, "bin"), root: root, dir: filepath.Join(t.TempDir(), "sandbox")}
	if c.sandbox == "" {
		t.Fatal("SANDBOX_BIN does not name the sandbox program: SANDBOX_BIN=$(sandbox/build)")
	}
	for _, name := range []string{"kudoc", "kudoc-controller"} {
		if _, err := os.Stat(filepath.Join(c.bin, name)); err != nil {
			t.Fatalf("bin/%s is missing: make build", name)
		}
	}
	return c
}

// command runs a program in the root of the repository, with the cluster as its only one.
func (c cluster) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = c.root
	cmd.Env = append(os.Environ(), "KUDOC_SANDBOX_DIR="+c.dir, "KUBECONFIG="+filepath.Join(c.dir, "kubeconfig"))
	return cmd
}

// run runs a program that must succeed, and gives its standard output.
func (c cluster) run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := output(c.command(name, args...))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func output(cmd *exec.Cmd) (string, error) {
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("%s %s: %w\n%s%s", filepath.Base(cmd.Path), strings.Join(cmd.Args[1:], " "), err, out, stderr.String())
	}
	return strings.TrimSpace(string(out)), err
}

func (c cluster) kudoc(t *testing.T, args ...string) string {
	t.Helper()
	return c.run(t, filepath.Join(c.bin, "kudoc"), append(args, "-n", namespace)...)
}

// apply applies a framework and an instance of it, and waits for its plans.
func (c cluster) apply(t *testing.T, framework, instance string, args ...string) {
	t.Helper()
	c.kudoc(t, append([]string{"apply", filepath.Join("frameworks", framework), "--instance", instance, "--timeout", patience.String()}, args...)...)
}

// refused runs kudoc, which must fail because of what it was asked, and gives its standard error.
func (c cluster) refused(t *testing.T, args ...string) string {
	t.Helper()
	cmd := c.command(filepath.Join(c.bin, "kudoc"), append(args, "-n", namespace)...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	var exit *exec.ExitError
	if err := cmd.Run(); !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Fatalf("kudoc %s: %v, want exit code 1\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return stderr.String()
}

func (c cluster) kubectl(t *testing.T, args ...string) string {
	t.Helper()
	return c.run(t, c.sandbox, append([]string{"kubectl", "-n", namespace}, args...)...)
}

// shell runs a script in a container of a pod.
func (c cluster) shell(t *testing.T, pod, script string) string {
	t.Helper()
	return c.kubectl(t, "exec", pod, "--", "bash", "-euo", "pipefail", "-c", script)
}

// create creates a PlanExecution from a file, as anybody does without kudoc, and waits until it has succeeded.
func (c cluster) create(t *testing.T, file string) {
	t.Helper()
	name := c.kubectl(t, "create", "-f", filepath.Join(c.root, "e2e", "testdata", file), "-o", "name")
	c.succeeds(t, name)
}

// succeeds waits for the end of an execution.
func (c cluster) succeeds(t *testing.T, name string) {
	t.Helper()
	state := c.eventually(t, patience, name+" ends", func() (string, bool) {
		state := c.kubectl(t, "get", name, "-o", "jsonpath={.status.state}{' '}{.status.message}")
		word, _, _ := strings.Cut(state, " ")
		return state, word == "Succeeded" || word == "Failed" || word == "Cancelled"
	})
	if !strings.HasPrefix(state, "Succeeded") {
		t.Fatalf("%s: %s", name, state)
	}
}

// eventually waits for a condition and gives what was seen last.
func (c cluster) eventually(t *testing.T, timeout time.Duration, what string, look func() (string, bool)) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	defer cancel()
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		seen, done := look()
		if done {
			return seen
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%s: not within %s; last seen: %s", what, timeout, seen)
		case <-tick.C:
		}
	}
}

// explain shows what a failure is to be understood from.
func (c cluster) explain(t *testing.T) {
	if !t.Failed() {
		return
	}
	for _, args := range [][]string{
		{"kubectl", "get", "pods", "-A", "-o", "wide"},
		{"kubectl", "get", "instances,planexecutions,jobs", "-A"},
		{"kubectl", "get", "events", "-A", "--field-selector", "type=Warning"},
		{"kubectl", "logs", "-n", "kudoc-system", "-l", "app.kubernetes.io/name=kudoc", "--tail=20", "--prefix"},
	} {
		out, err := c.command(c.sandbox, args...).CombinedOutput()
		t.Logf("%s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

func equal(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Fatalf("%s: got %q, want %q", what, got, want)
	}
}

func contains(t *testing.T, what, got, part string) {
	t.Helper()
	if !strings.Contains(got, part) {
		t.Fatalf("%s: want %q in:\n%s", what, part, got)
	}
}
