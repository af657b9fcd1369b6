package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// log is output that is written and read at the same time.
type log struct {
	sync.Mutex
	b bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.Lock()
	defer l.Unlock()
	return l.b.Write(p)
}

// await waits until the output contains a text, and forgets the output.
func (l *log) await(t *testing.T, text string) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		l.Lock()
		if got := l.b.String(); strings.Contains(got, text) && strings.Contains(got, "watching for changes") {
			l.b.Reset()
			l.Unlock()
			return
		}
		l.Unlock()
	}
	t.Fatalf("waited for %q in\n%s", text, l.b.String())
}

func TestWatchVetsWhatIsSaved(t *testing.T) {
	dir := t.TempDir()
	save := func(task string) {
		t.Helper()
		source := `package f
import "kudoc.dev/kudoc"
kudoc.#Framework
name:     "f"
version:  "1.0.0"
instance: _
tasks: config: apply: c: {apiVersion: "v1", kind: "ConfigMap", metadata: name: instance.name}
plans: deploy: phases: [{name: "p", steps: [{name: "s", tasks: ["` + task + `"]}]}]
`
		if err := os.WriteFile(filepath.Join(dir, "f.cue"), []byte(source), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	save("confg")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var out log
	code := make(chan int)
	go func() {
		code <- run(ctx, []string{"kudoc", "vet", "--watch", dir}, stdio{out: &out, err: &out})
	}()
	out.await(t, `no such task (did you mean "config"?)`)
	save("config")
	out.await(t, "no findings in 1 framework")
	if err := os.Remove(filepath.Join(dir, "f.cue")); err != nil {
		t.Fatal(err)
	}
	out.await(t, "KD001")
	save("cnfig")
	out.await(t, "no such task")
	cancel()
	if got := <-code; got != exitOK {
		t.Errorf("exit code %d", got)
	}
}

func TestWatchTestsWhatIsSaved(t *testing.T) {
	dir := t.TempDir()
	save := func(file, source string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, file), []byte("package f\nimport \"kudoc.dev/kudoc\"\n"+source), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	save("f.cue", `kudoc.#Framework
name:     "f"
version:  "1.0.0"
instance: _
tasks: config: apply: c: {apiVersion: "v1", kind: "ConfigMap", metadata: name: instance.name}
plans: deploy: phases: [{name: "p", steps: [{name: "s", tasks: ["config"]}]}]
`)
	save("f_test.cue", `tests: [string]: kudoc.#Test
tests: "it has a name": objects: "ConfigMap/g": _
`)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var out log
	code := make(chan int)
	go func() {
		code <- run(ctx, []string{"kudoc", "test", "--watch", dir}, stdio{out: &out, err: &out})
	}()
	out.await(t, `there is no ConfigMap/g (did you mean "ConfigMap/f"?)`)
	save("f_test.cue", `tests: [string]: kudoc.#Test
tests: "it has a name": objects: "ConfigMap/f": _
`)
	out.await(t, "1 test; ")
	cancel()
	if got := <-code; got != exitOK {
		t.Errorf("exit code %d", got)
	}
}
