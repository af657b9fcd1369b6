package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/go-logr/logr"
	"github.com/rogpeppe/go-internal/testscript"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/kudoc/kudoc/internal/clustertest"
	"github.com/kudoc/kudoc/internal/given"
	"github.com/kudoc/kudoc/internal/runtime"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"kudoc": main})
}

// TestScripts runs the scripts that need no cluster. KUDOC_UPDATE=1 rewrites what they expect.
func TestScripts(t *testing.T) {
	testscript.Run(t, params(t, "../../testdata/script"))
}

// TestClusterScripts runs the scripts that need an API server and a controller; they share a namespace.
func TestClusterScripts(t *testing.T) {
	path := clustertest.Kubeconfig(t)
	namespace := startController(t, path)
	p := params(t, "../../testdata/script/cluster")
	p.Cmds = map[string]func(*testscript.TestScript, bool, []string){"created": created, "refused": refused, "as": as, "editor": editor}
	p.Setup = func(env *testscript.Env) error {
		env.Setenv("KUBECONFIG", path)
		env.Setenv("NS", namespace)
		return copyFrameworks(env)
	}
	testscript.Run(t, p)
}

func params(t *testing.T, dir string) testscript.Params {
	t.Helper()
	return testscript.Params{
		Dir: dir, UpdateScripts: os.Getenv("KUDOC_UPDATE") != "", RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: copyFrameworks,
	}
}

// copyFrameworks puts the repository's frameworks beside the files of a script.
func copyFrameworks(env *testscript.Env) error {
	env.Setenv("HOME", env.WorkDir)
	return os.CopyFS(filepath.Join(env.WorkDir, "frameworks"), os.DirFS("../../frameworks"))
}

func install(t *testing.T, kubeconfig string) {
	t.Helper()
	if code := run(t.Context(), []string{"kudoc", "install", "--no-controller", "--kubeconfig", kubeconfig}, stdio{out: t.Output(), err: t.Output()}); code != exitOK {
		t.Fatalf("kudoc install: exit code %d", code)
	}
}

// startController installs the kinds, makes a namespace and runs a controller for it.
func startController(t *testing.T, kubeconfig string) string {
	t.Helper()
	ctrl.SetLogger(logr.Discard())
	install(t, kubeconfig)
	scheme := clustertest.Scheme(t)
	cfg, c := clustertest.Connect(t, kubeconfig, scheme)
	namespace := clustertest.Namespace(t, c, "scripts-")
	caches := runtime.CacheOptions()
	caches.DefaultNamespaces = map[string]cache.Config{namespace: {}}
	mgr, err := ctrl.NewManager(cfg, manager.Options{Scheme: scheme, Cache: caches, Metrics: metricsserver.Options{BindAddress: "0"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := runtime.Setup(mgr, 4); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- mgr.Start(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("controller: %v", err)
		}
	})
	return namespace
}

// TestFrameworksBuildTheSame builds every framework of the repository twice and compares with what is recorded.
func TestFrameworksBuildTheSame(t *testing.T) {
	dirs, err := given.FrameworkDirs([]string{"../../frameworks/..."})
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			first, second := buildOutput(t, dir), buildOutput(t, dir)
			if first != second {
				t.Error("two builds of the same sources differ")
			}
			golden := filepath.Join("../../testdata/golden", filepath.Base(dir)+".yaml")
			if os.Getenv("KUDOC_UPDATE") != "" {
				if err := os.WriteFile(golden, []byte(first), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				t.Fatal(err)
			}
			if string(want) != first {
				t.Errorf("%s differs from the build: run 'make golden' and read the difference", golden)
			}
		})
	}
}
