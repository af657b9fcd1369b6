package compile

import (
	"maps"
	"path/filepath"
	"slices"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/kudoc/kudoc/internal/compile/diag"
)

func TestFrameworksMadeOfSeveralPackages(t *testing.T) {
	archives, err := filepath.Glob(filepath.Join("..", "..", "testdata", "compile", "packages", "*.txtar"))
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, name := range archives {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			root, packages := t.TempDir(), map[string]bool{}
			for _, f := range archive.Files {
				write(t, root, f.Name, string(f.Data))
				if filepath.Ext(f.Name) == ".cue" {
					packages[filepath.Dir(f.Name)] = true
				}
			}
			delete(packages, "cue.mod")
			var found diag.Diagnostics
			for _, p := range slices.Sorted(maps.Keys(packages)) {
				c := compile(Options{Dir: filepath.Join(root, p), KudocVersion: "test", Inputs: 100})
				found = append(found, c.diags...)
				t.Logf("%s: %d comparisons", p, c.validation.Comparisons)
			}
			expect(t, root, found.Sorted())
		})
	}
}
