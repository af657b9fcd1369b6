package compile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"sigs.k8s.io/yaml"

	"github.com/kudoc/kudoc/internal/compile/docs"
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

// everything is all that a build emits, but for the digest: the names of files are part of the sources.
func everything(t *testing.T, r *Result) string {
	t.Helper()
	r.Version.Spec.Build.Digest = ""
	md, err := docs.Markdown(r.Framework, r.Version)
	if err != nil {
		t.Fatal(err)
	}
	schema, err := json.Marshal(r.Schema)
	if err != nil {
		t.Fatal(err)
	}
	return string(rendered(t, r)) + md + string(schema)
}

func TestTheOrderOfFilesDoesNotMatter(t *testing.T) {
	// the order of parameters, of the objects of a task and of plans is the author's, so that they stay in one file each
	pieces := []string{
		"import \"kudoc.dev/kudoc\"\nkudoc.#Framework\n",
		"name: \"f\"\nversion: \"1.0.0\"\n",
		"instance: _\n",
		"params: {m: string | *\"x\", i: int & >=1 | *1, l: [...{a: int | *2, b?: string}]}\n",
		"tasks: t: apply: a: {apiVersion: \"v1\", kind: \"Thing\", metadata: name: instance.name, b: params.i, c: _long, l: params.l}\n" +
			"tasks: t: apply: b: {apiVersion: \"v1\", kind: \"Other\", metadata: name: \"\\(instance.name)-\\(params.m)\", c: _long}\n",
		"tasks: u: run: {apiVersion: \"batch/v1\", kind: \"Job\", metadata: name: \"j\", spec: template: spec: {restartPolicy: \"Never\", containers: [{name: \"a\", image: \"a:\\(params.m)\"}]}}\n",
		"plans: deploy: phases: [{name: \"p\", steps: [{name: \"s\", tasks: [\"t\"]}]}]\n" +
			"plans: backup: phases: [{name: \"p\", steps: [{name: \"s\", tasks: [\"u\"]}]}]\n",
		"outputs: {z: params.m, a: params.i}\n",
		"_long: \"" + strings.Repeat("a long text ", 30) + "\\(params.m)\"\n",
	}
	random := rand.New(rand.NewPCG(1, 2))
	want := everything(t, compiled(t, []txtar.File{{Name: "all.cue", Data: []byte("package f\n" + strings.Join(pieces, ""))}}))
	for range 6 {
		var files []txtar.File
		n := 1 + random.IntN(len(pieces)) // of files
		for i, j := range random.Perm(len(pieces)) {
			if i < n {
				files = append(files, txtar.File{Name: fmt.Sprintf("%c.cue", 'a'+i), Data: []byte("package f\n")})
			}
			to := &files[i%n]
			if j == 0 { // imports come first
				to.Data = []byte("package f\n" + pieces[0] + strings.TrimPrefix(string(to.Data), "package f\n"))
			} else {
				to.Data = append(to.Data, pieces[j]...)
			}
		}
		if diff := cmp.Diff(want, everything(t, compiled(t, files))); diff != "" {
			t.Fatalf("%d files: %s", n, diff)
		}
	}
}

func TestConcurrentBuildsAreTheSame(t *testing.T) {
	dir := filepath.Join("..", "..", "frameworks", "zookeeper")
	results := make([]string, 4)
	var wait sync.WaitGroup
	for i := range results {
		wait.Go(func() {
			if r := unvalidated(dir).result; r != nil {
				results[i] = everything(t, r)
			}
		})
	}
	wait.Wait()
	for _, r := range results {
		if diff := cmp.Diff(results[0], r); diff != "" || r == "" {
			t.Fatalf("builds differ, or there is none: %s", diff)
		}
	}
}

func TestFrameworksOfThisRepositoryCompile(t *testing.T) {
	dirs, err := filepath.Glob(filepath.Join("..", "..", "frameworks", "*", "framework.cue"))
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
