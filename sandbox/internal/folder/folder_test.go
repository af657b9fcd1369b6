package folder

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
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
	if err := os.WriteFile(l.Path("thesis.tex"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := l.Prepare(); err == nil || !strings.Contains(err.Error(), "thesis.tex") {
		t.Errorf("error %v, want one that names the file", err)
	}
	if err := l.Clear(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(l.Path("thesis.tex")); err != nil {
		t.Error(err)
	}
}

func TestClearRemovesAllThatIsOwned(t *testing.T) {
	l := Layout{Dir: filepath.Join(t.TempDir(), "s")}
	if err := l.Prepare(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(l.Dir)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("mode %v, error %v; want 0700", info.Mode(), err)
	}
	if err := l.WriteAll(map[string][]byte{"pki/ca.crt": nil, "logs/etcd.log": nil, "state.json" + newSuffix: nil, "state.json": []byte("{}")}); err != nil {
		t.Fatal(err)
	}
	if err := l.Clear("state.json", "logs"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(l.Log("etcd")); err != nil {
		t.Errorf("a log that should stay: %v", err)
	}
	if err := l.Clear(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(l.Dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder stays: %v", err)
	}
}

func TestLock(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "s")
	if held, err := Locked(dir); held || err != nil {
		t.Errorf("a folder that is not there: held %v, error %v", held, err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	lock, err := TryLock(dir)
	if err != nil || lock == nil {
		t.Fatalf("lock %v, error %v", lock, err)
	}
	if again, err := TryLock(dir); again != nil || err != nil {
		t.Errorf("locked twice: %v, error %v", again, err)
	}
	if held, err := Locked(dir); !held || err != nil {
		t.Errorf("held %v, error %v", held, err)
	}
	if err := lock.Close(); err != nil {
		t.Fatal(err)
	}
	if held, err := Locked(dir); held || err != nil {
		t.Errorf("after unlocking: held %v, error %v", held, err)
	}
}
