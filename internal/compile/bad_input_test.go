package compile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kudoc/kudoc/internal/compile/diag"
)

// quick is how long a compilation of anything may take here; machines that run tests are slow.
const quick = 60 * time.Second

// TestBadInputIsAnswered: whatever the sources are, there is an answer, in time, and never an internal error. want is part
// of the error; without, the framework compiles.
func TestBadInputIsAnswered(t *testing.T) {
	object := func(fields string) string {
		return "tasks: t: apply: x: {apiVersion: \"v1\", kind: \"Thing\", metadata: name: \"x\"\n" + fields + "\n}\n"
	}
	for name, tc := range map[string]struct{ source, want string }{
		"fields that refer to each other":           {object("a: b + 1\nb: a + 1"), "f.cue:3:"},
		"parameters that refer to each other":       {"params: {a: int | *(b + 1), b: int | *(a + 1)}\n" + object("v: params.a"), "f.cue:2:"},
		"a structure that contains itself":          {"#A: {a: #A}\n" + object("v: #A"), "a.cue:5:1: KD004: structural cycle"},
		"a list of 10,000 elements":                 {object("v: [" + strings.Repeat("1, ", 10000) + "]"), ""},
		"a string of 1 MB":                          {object(`v: "` + strings.Repeat("x", 1_000_000) + `"`), ""},
		"deep nesting":                              {object("v: " + strings.Repeat("{a: ", 5000) + "1" + strings.Repeat("}", 5000)), "KD"},
		"invalid UTF-8":                             {object("v: \"\xff\""), "f.cue:3:"},
		"an import that does not exist":             {"import \"kudoc.dev/k8s/aps/v1\"\n" + object("v: v1.#A"), "f.cue:2:"},
		"a parameter that is named like an input":   {"params: plan: string | *\"x\"\n" + object("v: params.plan"), ""},
		"a parameter that is named like a node":     {"params: \"$if\": string | *\"x\"\n" + object(`v: params."$if"`), ""},
		"keys that begin with a dollar":             {object(`"$if": 1, "$cel": "x", "$$": 2, "$": 3`), ""},
		"values that look like templates of others": {object(`v: "${a} {{ .b }} \\(c) $(d)"`), ""},
		"such values beside an interpolation":       {"params: p: string | *\"x\"\n" + object(`v: "${a} {{ .b }} \\(c) \(params.p)"`), ""},
		"a file that ends in the middle":            {"tasks: t: apply: {", "f.cue:2:"},
		"a division by zero":                        {object("v: div(1, 0)"), "f.cue:3:"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write(t, dir, "a.cue", minimal)
			write(t, dir, "f.cue", "package f\n"+tc.source)
			answered(t, dir, tc.want)
		})
	}
}

func TestBadDirectoriesAreAnswered(t *testing.T) {
	t.Run("a link to itself", func(t *testing.T) {
		dir := t.TempDir()
		link := filepath.Join(dir, "loop")
		if err := os.Symlink(link, link); err != nil {
			t.Fatal(err)
		}
		answered(t, link, "KD001: cannot read the framework")
	})
	t.Run("a file that is a link to itself", func(t *testing.T) {
		dir := t.TempDir()
		write(t, dir, "a.cue", minimal)
		link := filepath.Join(dir, "loop.cue")
		if err := os.Symlink(link, link); err != nil {
			t.Fatal(err)
		}
		answered(t, dir, "loop.cue")
	})
	t.Run("a directory that is a link to its parent", func(t *testing.T) {
		dir := t.TempDir()
		write(t, dir, "a.cue", minimal)
		if err := os.Symlink(dir, filepath.Join(dir, "loop")); err != nil {
			t.Fatal(err)
		}
		answered(t, dir, "")
	})
	t.Run("a CUE file newer than our CUE", func(t *testing.T) {
		dir := t.TempDir()
		write(t, dir, "cue.mod/module.cue", "module: \"example.com/x@v0\"\nlanguage: version: \"v0.99.0\"\n")
		write(t, dir, "a.cue", minimal)
		answered(t, dir, "v0.99.0")
	})
}

// answered compiles a directory, and wants an error, or none.
func answered(t *testing.T, dir, want string) {
	t.Helper()
	start := time.Now()
	r, ds := Framework(Options{Dir: dir, KudocVersion: "test", Inputs: 10})
	if took := time.Since(start); took > quick {
		t.Errorf("took %s", took)
	}
	text := ds.Error()
	switch {
	case strings.Contains(text, diag.InternalError), want == "" && r == nil, want != "" && r != nil, !strings.Contains(text, want):
		t.Errorf("got %.600q, want %q", text, want)
	}
}
