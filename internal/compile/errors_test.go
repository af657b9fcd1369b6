package compile

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/kudoc/kudoc/internal/structural"
)

func TestMistakesAreReportedWhereTheyAre(t *testing.T) {
	archive, err := txtar.ParseFile(filepath.Join("..", "..", "testdata", "compile", "errors.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range archive.Files {
		t.Run(strings.TrimSuffix(f.Name, ".cue"), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			content := string(f.Data)
			if !strings.HasPrefix(content, "package ") {
				content = "package f\n" + content
			}
			write(t, dir, "f.cue", content)
			_, ds := Framework(Options{Dir: dir, KudocVersion: "test", Structure: structural.Check})
			expect(t, dir, ds)
		})
	}
}
