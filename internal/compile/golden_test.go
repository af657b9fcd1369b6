package compile

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"sigs.k8s.io/yaml"
)

// compiled compiles the files of an archive but those that are not CUE.
func compiled(t *testing.T, files []txtar.File) *Result {
	t.Helper()
	dir := t.TempDir()
	for _, f := range files {
		if filepath.Ext(f.Name) == ".cue" {
			write(t, dir, f.Name, string(f.Data))
		}
	}
	r, ds := Framework(Options{Dir: dir, KudocVersion: "test"})
	if len(ds) > 0 {
		t.Fatal(ds.Error())
	}
	return r
}

func rendered(t *testing.T, r *Result) []byte {
	t.Helper()
	var out bytes.Buffer
	for _, o := range []any{r.Framework, r.Version, r.Role, r.Policy, r.Binding} {
		b, err := yaml.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		out.WriteString("---\n")
		out.Write(b)
	}
	return out.Bytes()
}

func TestSmallFrameworkCompilesToTheGoldenFile(t *testing.T) {
	path := filepath.Join("..", "..", "testdata", "compile", "golden", "small.txtar")
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	got := rendered(t, compiled(t, archive.Files))
	want := &archive.Files[len(archive.Files)-1]
	if os.Getenv("KUDOC_UPDATE") != "" {
		want.Data = got
		if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(want.Data), string(got)); diff != "" {
		t.Errorf("rewrite with KUDOC_UPDATE=1 if this is right:\n%s", diff)
	}
}

func TestTheResultDependsOnTheSourcesOnly(t *testing.T) {
	archive, err := txtar.ParseFile(filepath.Join("..", "..", "testdata", "compile", "golden", "small.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	first := rendered(t, compiled(t, archive.Files))
	for range 3 {
		if diff := cmp.Diff(string(first), string(rendered(t, compiled(t, archive.Files)))); diff != "" {
			t.Fatal(diff)
		}
	}
}

func TestTheOrderOfFilesDoesNotMatter(t *testing.T) {
	a := txtar.File{Name: "a.cue", Data: []byte("package f\nparams: n: int | *1\ntasks: t: apply: c: out: b: params.n\n")}
	b := txtar.File{Name: "b.cue", Data: []byte(minimal + "params: m: string | *\"x\"\ntasks: t: apply: c: out: a: [for x in [1, 2] {\"\\(x)\\(params.m)\"}]\n")}
	one := compiled(t, []txtar.File{a, b})
	a.Name, b.Name = "z.cue", "c.cue"
	two := compiled(t, []txtar.File{a, b})
	one.Version.Spec.Build.Digest, two.Version.Spec.Build.Digest = "", ""
	// the order of parameters follows the files, whose names are part of the sources
	if diff := cmp.Diff(one.Version.Spec.Tasks, two.Version.Spec.Tasks); diff != "" {
		t.Error(diff)
	}
}

func TestFrameworksOfThisRepositoryCompile(t *testing.T) {
	dirs, err := filepath.Glob(filepath.Join("..", "..", "frameworks", "*", "*.cue"))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, d := range dirs {
		dir := filepath.Dir(d)
		if seen[dir] {
			continue
		}
		seen[dir] = true
		t.Run(filepath.Base(dir), func(t *testing.T) {
			if _, ds := Framework(Options{Dir: dir, KudocVersion: "test"}); ds.HasErrors() {
				t.Error(ds.Error())
			}
		})
	}
}
