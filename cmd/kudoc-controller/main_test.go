package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/clustertest"
)

// asController makes the test binary behave as kudoc-controller, so that the tests run real processes.
const asController = "KUDOC_TEST_AS_CONTROLLER"

func TestMain(m *testing.M) {
	if os.Getenv(asController) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// patience bounds every wait.
const patience = 120 * time.Second

func connect(t testing.TB) (kubeconfig string, c client.Client) {
	t.Helper()
	path := clustertest.Kubeconfig(t)
	_, c = clustertest.Connect(t, path, clustertest.Scheme(t))
	for _, def := range clustertest.InstallKinds(t, c) {
		list := &metav1.PartialObjectMetadataList{}
		list.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(def.Spec.Names.Kind))
		eventually(t, def.Spec.Names.Plural+" are served", func(ctx context.Context) error { return c.List(ctx, list) })
	}
	return path, c
}

// startProcess runs a controller; it is killed at the end of the test.
func startProcess(t testing.TB, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), asController+"=1")
	cmd.Stderr = t.Output()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return cmd
}

func freeAddr(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// eventually tries until check returns nil.
func eventually(t testing.TB, what string, check func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		err := check(ctx)
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%s: not after %s: %v", what, patience, err)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// get fetches a page and checks that it says something.
func get(ctx context.Context, url, want string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK || !strings.Contains(string(body), want) {
		return fmt.Errorf("%s answers %s without %q", url, res.Status, want)
	}
	return nil
}

func namespace(t testing.TB, c client.Client) string {
	t.Helper()
	return clustertest.Namespace(t, c, "controller-")
}

func TestHealthAndMetricsAreServed(t *testing.T) {
	kubeconfig, c := connect(t)
	health, metrics := freeAddr(t), freeAddr(t)
	startProcess(t, "--kubeconfig", kubeconfig, "--watch-namespace", namespace(t, c),
		"--health-probe-bind-address", health, "--metrics-bind-address", metrics, "--log-format", "json")
	eventually(t, "health", func(ctx context.Context) error { return get(ctx, "http://"+health+"/healthz", "ok") })
	eventually(t, "readiness", func(ctx context.Context) error { return get(ctx, "http://"+health+"/readyz", "ok") })
	eventually(t, "metrics", func(ctx context.Context) error {
		return get(ctx, "http://"+metrics+"/metrics", "controller_runtime_max_concurrent_reconciles")
	})
}

func TestMistakesInFlagsAreNamed(t *testing.T) {
	for want, args := range map[string][]string{
		`--log-format "xml" is neither text nor json`: {"--log-format", "xml"},
		"--workers 0: at least 1 is needed":           {"--workers", "0"},
		"unknown flag: --wrokers":                     {"--wrokers", "1"},
	} {
		cmd := newCmd()
		cmd.SetArgs(args)
		if err := cmd.ExecuteContext(t.Context()); err == nil || err.Error() != want {
			t.Errorf("%v: got %v, want %s", args, err, want)
		}
	}
}
