package compile

import (
	"maps"
	"path/filepath"
	"slices"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/kudoc/kudoc/internal/compile/diag"
	"github.com/kudoc/kudoc/internal/structural"
)

func TestFrameworksMadeOfSeveralPackages(t *testing.T) {
	compileModules(t, "packages", Options{KudocVersion: "test", Inputs: 100})
}

// TestMistakesOfTheOriginalFrameworksAreFound: the frameworks that were shown with the first operator of this kind had these
// mistakes, and nothing told their authors.
func TestMistakesOfTheOriginalFrameworksAreFound(t *testing.T) {
	compileModules(t, "original", Options{KudocVersion: "test", Structure: structural.Check})
}

// compileModules compiles every package of every archive in a directory, of which each is a module.
func compileModules(t *testing.T, dir string, opts Options) {
	t.Helper()
	archives, err := filepath.Glob(filepath.Join("..", "..", "testdata", "compile", dir, "*.txtar"))
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
				opts := opts
				opts.Dir = filepath.Join(root, p)
				c := compile(opts)
				found = append(found, c.diags...)
				t.Logf("%s: %d comparisons", p, c.validation.Comparisons)
			}
			expect(t, root, found.Sorted())
		})
	}
}
