package compile

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestWhatCannotBeLoadedIsADiagnostic(t *testing.T) {
	for name, tc := range map[string]struct {
		files map[string]string
		dir   string
		want  string
	}{
		"a directory that does not exist": {dir: "missing", want: "KD001: cannot read the framework"},
		"a file instead of a directory":   {files: map[string]string{"x": ""}, dir: "x", want: "is not a directory"},
		"no CUE files":                    {files: map[string]string{"readme.md": ""}, want: "KD001: no CUE files in"},
		"two packages":                    {files: map[string]string{"a.cue": "package a\n", "b.cue": "package b\n"}, want: "KD001: the directory holds several packages: a, b"},
		"an unknown builtin package":      {files: map[string]string{"a.cue": "package a\nimport \"strngs\"\nx: strngs.X\n"}, want: "KD003"},
		"a broken module":                 {files: map[string]string{"a.cue": "package a\n", "cue.mod/module.cue": "module: 1\n"}, want: "KD001"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for f, content := range tc.files {
				write(t, dir, f, content)
			}
			r, ds := Framework(Options{Dir: filepath.Join(dir, tc.dir)})
			if r != nil || !ds.HasErrors() {
				t.Fatal("want an error")
			}
			if !strings.Contains(ds.Error(), tc.want) {
				t.Errorf("got %s, want %q", ds.Error(), tc.want)
			}
		})
	}
}

func TestAFrameworkMayBePartOfAModule(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "cue.mod/module.cue", "module: \"example.com/x@v0\"\nlanguage: version: \"v0.16.0\"\n")
	write(t, dir, "lib/lib.cue", "package lib\n#Name: \"from-a-library\"\n")
	write(t, dir, "f/a.cue", minimal)
	write(t, dir, "f/b.cue", "package f\nimport \"example.com/x/lib\"\ntasks: t: apply: c: x: lib.#Name\n")
	opts := Options{Dir: filepath.Join(dir, "f"), KudocVersion: "test", Memory: mapMemory{}}
	digests := map[string]bool{}
	for _, name := range []string{"from-a-library", "from-a-library", "changed"} {
		write(t, dir, "lib/lib.cue", "package lib\n#Name: \""+name+"\"\n")
		r, ds := Framework(opts)
		if len(ds) > 0 {
			t.Fatal(ds.Error())
		}
		if got := string(r.Version.Spec.Tasks[0].Objects[0].Template.Raw); !strings.Contains(got, `"x":"`+name+`"`) {
			t.Error(got)
		}
		digests[r.Version.Spec.Build.Digest] = true
	}
	if len(digests) != 2 {
		t.Errorf("%d digests of two versions of the sources", len(digests))
	}
}

type mapMemory map[string][]byte

func (m mapMemory) Recall(key string) ([]byte, bool) { b, ok := m[key]; return b, ok }
func (m mapMemory) Remember(key string, b []byte)    { m[key] = b }
