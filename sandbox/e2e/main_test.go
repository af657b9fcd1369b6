package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// scratch is the folder of what the tests share; it goes when they end.
var scratch string

func TestMain(m *testing.M) {
	os.Exit(inScratch(m.Run))
}

func inScratch(run func() int) int {
	dir, err := os.MkdirTemp("", "sandbox-e2e-")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	scratch = dir
	return run()
}

// sharedCache is a cache folder for real nodes, so that the tests neither use
// nor change the user's images.
func sharedCache(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(scratch, "cache")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

var buildOnce = sync.OnceValues(func() (string, error) {
	path := filepath.Join(scratch, "probe")
	cmd := exec.Command("go", "build", "-o", path, "./probe")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", &exec.Error{Name: strings.TrimSpace(string(out)), Err: err}
	}
	return path, nil
})

// buildProbe builds the program that the pods of the tests run.
func buildProbe(t *testing.T) string {
	t.Helper()
	path, err := buildOnce()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// goCache is where the Go tool keeps what it has built, wherever other caches are.
var goCache = sync.OnceValues(func() (string, error) {
	out, err := exec.Command("go", "env", "GOCACHE").Output()
	return strings.TrimSpace(string(out)), err
})
