package compile

import (
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/kudoc/kudoc/internal/compile/diag"
)

// FuzzSource compiles arbitrary text beside a small framework. Whatever it is, the compiler answers: with findings, or with
// templates that CUE agrees with. The seeds are the corpus of single constructs and the mistakes.
func FuzzSource(f *testing.F) {
	for _, name := range []string{"corpus.txtar", "errors.txtar"} {
		archive, err := txtar.ParseFile(filepath.Join("..", "..", "testdata", "compile", name))
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			f.Add("package f\n" + string(file.Data))
		}
	}
	f.Fuzz(func(t *testing.T, source string) {
		if len(source) > 4096 {
			t.Skip("a mistake shows in less")
		}
		dir := t.TempDir()
		write(t, dir, "a.cue", minimal)
		write(t, dir, "f.cue", source)
		for _, d := range compile(Options{Dir: dir, KudocVersion: "test", Inputs: 3}).diags {
			if d.Code == diag.InternalError || d.Code == diag.Different || d.Code == diag.BadTemplate {
				t.Errorf("%s\n%s", d, source)
			}
		}
	})
}
