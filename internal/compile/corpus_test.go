package compile

import (
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// minimal is what every framework of the corpus needs beside its own construct.
const minimal = `package f

import "kudoc.dev/kudoc"

kudoc.#Framework

name:     "f"
version:  "1.0.0"
instance: _
tasks: t: apply: c: {apiVersion: "v1", kind: "Thing", metadata: name: instance.name}
plans: deploy: phases: [{name: "p", steps: [{name: "s", tasks: ["t"]}]}]
`

func TestCorpusCompilesToWhatCUESays(t *testing.T) {
	archive, err := txtar.ParseFile(filepath.Join("..", "..", "testdata", "compile", "corpus.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	var compiled, comparisons, rejected, overflows atomic.Int64
	t.Run("all", func(t *testing.T) {
		for _, f := range archive.Files {
			t.Run(strings.TrimSuffix(f.Name, ".cue"), func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				write(t, dir, "a.cue", minimal)
				experiment, source, ok := strings.Cut(string(f.Data), "\n") // which comes before the package
				if !ok || !strings.HasPrefix(experiment, "@experiment") {
					experiment, source = "", string(f.Data)
				}
				write(t, dir, "f.cue", experiment+"\npackage f\n"+source)
				c := compile(Options{Dir: dir, KudocVersion: "test", Inputs: 100})
				expect(t, dir, c.diags)
				if c.result != nil {
					compiled.Add(1)
				}
				comparisons.Add(int64(c.validation.Comparisons))
				rejected.Add(int64(c.validation.Rejected))
				overflows.Add(int64(c.validation.Overflows))
			})
		}
	})
	t.Logf("%d of %d compile; %d comparisons, in %d of them both sides reject, in %d an integer exceeds 64 bits", compiled.Load(), len(archive.Files), comparisons.Load(), rejected.Load(), overflows.Load())
}

func write(t *testing.T, dir, name, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}
