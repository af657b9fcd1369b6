package cluster

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestDefaultDir(t *testing.T) {
	t.Setenv("HOME", "/home/u")
	t.Setenv("XDG_CACHE_HOME", "")
	tests := map[string]struct{ env, want string }{
		"named by the environment": {"/x/y", "/x/y"},
		"otherwise in the cache":   {"", "kudoc/sandbox/default"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := DefaultDir(func(string) string { return test.env })
			if err != nil || !strings.HasSuffix(filepath.ToSlash(got), test.want) || !filepath.IsAbs(got) {
				t.Errorf("folder %q, error %v; want %q", got, err, test.want)
			}
		})
	}
}

// TestPrepareRefusesForeignFolder: the folder is removed in the end, so it must
// be the sandbox's.
func TestPrepareRefusesForeignFolder(t *testing.T) {
	l := Layout{Dir: t.TempDir()}
	if err := os.WriteFile(l.path("thesis.tex"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := l.prepare(); err == nil || !strings.Contains(err.Error(), "thesis.tex") {
		t.Errorf("error %v, want one that names the file", err)
	}
	if err := l.clear(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(l.path("thesis.tex")); err != nil {
		t.Error(err)
	}
}

func TestClearRemovesAllThatIsOwned(t *testing.T) {
	l := Layout{Dir: filepath.Join(t.TempDir(), "s")}
	if err := l.prepare(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(l.Dir)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("mode %v, error %v; want 0700", info.Mode(), err)
	}
	if err := l.writeAll(map[string][]byte{"pki/ca.crt": nil, "logs/etcd.log": nil, "state.json" + newSuffix: nil, "state.json": []byte("{}")}); err != nil {
		t.Fatal(err)
	}
	if err := l.clear("state.json", "logs"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(l.Log("etcd")); err != nil {
		t.Errorf("a log that should stay: %v", err)
	}
	if err := l.clear(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(l.Dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder stays: %v", err)
	}
}

func TestStateIsReadAsWritten(t *testing.T) {
	l := Layout{Dir: t.TempDir()}
	if _, found, err := readState(l); found || err != nil {
		t.Errorf("found %v, error %v before anything is written", found, err)
	}
	want := State{Phase: Running, Supervisor: 7, Started: noon, Nodes: 2, Stages: []Stage{{"etcd", 0.5}}, Components: []Process{{Name: "kwok", PID: 8}}}
	if err := writeState(l, want); err != nil {
		t.Fatal(err)
	}
	got, found, err := readState(l)
	if err != nil || !found {
		t.Fatalf("found %v, error %v", found, err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("state (-want +got):\n%s", diff)
	}
}

func TestLock(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "s")
	if held, err := locked(dir); held || err != nil {
		t.Errorf("a folder that is not there: held %v, error %v", held, err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	lock, err := tryLock(dir)
	if err != nil || lock == nil {
		t.Fatalf("lock %v, error %v", lock, err)
	}
	if again, err := tryLock(dir); again != nil || err != nil {
		t.Errorf("locked twice: %v, error %v", again, err)
	}
	if held, err := locked(dir); !held || err != nil {
		t.Errorf("held %v, error %v", held, err)
	}
	lock.Close()
	if held, err := locked(dir); held || err != nil {
		t.Errorf("after unlocking: held %v, error %v", held, err)
	}
}

// TestInspectAfterDeath: a record without a lock is of processes that are gone.
func TestInspectAfterDeath(t *testing.T) {
	l := Layout{Dir: t.TempDir()}
	if err := writeState(l, State{Phase: Running, Supervisor: os.Getpid(), Started: time.Now()}); err != nil {
		t.Fatal(err)
	}
	status, err := Inspect(t.Context(), l.Dir)
	if err != nil {
		t.Fatal(err)
	}
	want := Status{Phase: Failed, Error: "its processes are gone", Dir: l.Dir}
	if diff := cmp.Diff(want, status); diff != "" {
		t.Errorf("status (-want +got):\n%s", diff)
	}
	if _, err := Kubeconfig(l.Dir); !errors.Is(err, ErrNotRunning) {
		t.Errorf("error %v, want ErrNotRunning", err)
	}
}
