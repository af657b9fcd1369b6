package compile

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/kudoc/kudoc/internal/structural"
)

// linted is what every framework of the archive begins with.
const linted = "package f\n\nimport \"kudoc.dev/kudoc\"\n\nkudoc.#Framework\n\nname:     \"f\"\nversion:  \"1.0.0\"\ninstance: _\n"

func TestObjectsThatMakeNoSenseAreReportedWhereTheyAre(t *testing.T) {
	archive, err := txtar.ParseFile(filepath.Join("..", "..", "testdata", "compile", "lint.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range archive.Files {
		t.Run(strings.TrimSuffix(f.Name, ".cue"), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write(t, dir, "a.cue", linted)
			write(t, dir, "f.cue", "package f\n"+string(f.Data))
			_, ds := Framework(Options{Dir: dir, KudocVersion: "test", Structure: structural.Check})
			expect(t, dir, ds)
		})
	}
}
