package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/cuecontext"
	cueerrors "cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/load"
	"github.com/google/go-cmp/cmp"

	"github.com/kudoc/kudoc/schema/openapi"
)

// generated is what this program has made, as it is checked in.
const generated = "../k8s"

// TestGenerateExcerpt shows on a few definitions how each kind of schema is
// written. KUDOC_UPDATE=1 rewrites testdata/want.
func TestGenerateExcerpt(t *testing.T) {
	out := t.TempDir()
	if os.Getenv("KUDOC_UPDATE") != "" {
		out = "testdata/want"
	}
	if err := run([]string{"-spec", "testdata/spec", "-version", "v1.2.3", "-out", out}, io.Discard); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"apps/v1/types.cue", "meta/v1/types.cue"} {
		got, want := read(t, filepath.Join(out, name)), read(t, filepath.Join("testdata/want", name))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestGenerateIsDeterministic(t *testing.T) {
	definitions, err := readSpec(os.DirFS("testdata/spec"))
	if err != nil {
		t.Fatal(err)
	}
	first, err := generate(definitions, "v1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		again, err := generate(definitions, "v1.2.3")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first, again); diff != "" {
			t.Fatalf("two runs differ:\n%s", diff)
		}
	}
}

// What the generator does not understand must stop it: a guess would make a
// type that accepts or refuses the wrong manifests.
func TestGenerateRefuses(t *testing.T) {
	const full = "io.k8s.api.apps.v1.Thing"
	tests := map[string]struct {
		definitions map[string]*openapi.Schema
		want        string
	}{
		"a definition without group and version": {
			map[string]*openapi.Schema{"io.k8s.apimachinery.pkg.new.Thing": {Type: "string"}},
			"io.k8s.apimachinery.pkg.new.Thing",
		},
		"a reference to such a definition": {
			map[string]*openapi.Schema{full: {Ref: "#/components/schemas/com.example.Thing"}},
			"com.example.Thing",
		},
		// CUE would not notice: it looks at a field only where somebody sets it.
		"a reference to nothing": {
			map[string]*openapi.Schema{full: {Properties: map[string]*openapi.Schema{"of": {Ref: "#/components/schemas/io.k8s.api.core.v1.Gone"}}}},
			"#Thing: of: reference to io.k8s.api.core.v1.Gone",
		},
		"an unknown type": {
			map[string]*openapi.Schema{full: {Properties: map[string]*openapi.Schema{"at": {Type: "null"}}}},
			`#Thing: at: type "null"`,
		},
		"an unknown integer": {map[string]*openapi.Schema{full: {Type: "integer", Format: "uint8"}}, `"uint8"`},
		"several schemas at once": {
			map[string]*openapi.Schema{full: {AllOf: []*openapi.Schema{{Type: "string"}, {Type: "integer"}}}},
			"allOf",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := generate(test.definitions, "v1.2.3")
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want one that names %q", err, test.want)
			}
		})
	}
}

func TestRunNeedsASpecification(t *testing.T) {
	err := run([]string{"-spec", t.TempDir(), "-out", t.TempDir()}, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "no *.json file") {
		t.Errorf("error %v, want one about missing files", err)
	}
}

// TestRunReplaces: a package that is no longer in the specification goes, and
// what this program did not make stays.
func TestRunReplaces(t *testing.T) {
	out := t.TempDir()
	old, other := filepath.Join(out, "old", "v1", fileName), filepath.Join(out, "README.md")
	if err := os.MkdirAll(filepath.Dir(old), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{old, other} {
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := run([]string{"-spec", "testdata/spec", "-out", out}, io.Discard); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(old); !os.IsNotExist(err) {
		t.Errorf("%s is still there", old)
	}
	if _, err := os.Stat(other); err != nil {
		t.Error(err)
	}
}

// TestCheckedInPackagesBuild loads every generated package with CUE.
func TestCheckedInPackagesBuild(t *testing.T) {
	instances := loadGenerated(t, nil, "./...")
	const fewest = 30
	if len(instances) < fewest {
		t.Errorf("%d packages in %s, want at least %d: run go generate", len(instances), generated, fewest)
	}
	for _, instance := range instances {
		if instance.Err != nil {
			t.Errorf("%s: %s", instance.ImportPath, cueerrors.Details(instance.Err, nil))
			continue
		}
		v := cuecontext.New().BuildInstance(instance)
		if err := v.Validate(); err != nil {
			t.Errorf("%s: %s", instance.ImportPath, cueerrors.Details(err, nil))
		}
		if raw := read(t, instance.Files[0].Filename); !bytes.Contains([]byte(raw), []byte(kubernetes+"; DO NOT EDIT")) {
			t.Errorf("%s was not made from Kubernetes %s: run go generate", instance.ImportPath, kubernetes)
		}
	}
}

// TestCheckedInTypes checks what authors rely on.
func TestCheckedInTypes(t *testing.T) {
	const head = "package check\nimport apps \"kudoc.dev/k8s/apps/v1\"\nimport core \"kudoc.dev/k8s/core/v1\"\n_core: core.#Service\nx: apps.#StatefulSet & {"
	const spec = `serviceName: "a", selector: {}, template: {}`
	tests := map[string]struct {
		in, want string // want is part of the error; none if empty
	}{
		"kind and apiVersion need not be written": {`spec: {` + spec + `}`, ""},
		"another kind is an error":                {`kind: "Deployment"`, "conflicting values"},
		"a wrong type is an error":                {`spec: {replicas: "3", ` + spec + `}`, "conflicting values"},
		"a misspelt field is an error":            {`spec: {replica: 3, ` + spec + `}`, "field not allowed"},
		"a missing field is an error":             {`spec: {serviceName: "a"}`, "field is required but not present"},
		"a quantity is a string or a number": {
			`spec: {` + spec + `, template: spec: containers: [{name: "c", resources: limits: {cpu: 2, memory: "1Gi"}}]}`, "",
		},
		"a port is a number or a name": {
			`spec: {` + spec + `, template: spec: containers: [{name: "c", livenessProbe: httpGet: port: "web", readinessProbe: tcpSocket: port: 80}]}`, "",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			source := head + test.in + "}\n"
			instances := loadGenerated(t, map[string]string{"check/check.cue": source}, "./check")
			v := cuecontext.New().BuildInstance(instances[0])
			err := v.Validate(cue.Concrete(true))
			if test.want == "" {
				if err != nil {
					t.Fatal(cueerrors.Details(err, nil))
				}
				kind, _ := v.LookupPath(cue.ParsePath("x.kind")).String()
				if kind != "StatefulSet" {
					t.Errorf("kind is %q", kind)
				}
				return
			}
			if err == nil || !strings.Contains(cueerrors.Details(err, nil), test.want) {
				t.Errorf("error %v, want one with %q", err, test.want)
			}
		})
	}
}

// loadGenerated loads packages as if the generated files were a module, which
// they become only where kudoc or an author puts them.
func loadGenerated(t *testing.T, extra map[string]string, pattern string) []*build.Instance {
	t.Helper()
	dir, err := filepath.Abs(generated)
	if err != nil {
		t.Fatal(err)
	}
	overlay := map[string]load.Source{
		filepath.Join(dir, "cue.mod", "module.cue"): load.FromString("module: \"kudoc.dev/k8s@v0\"\nlanguage: version: \"v0.17.0\"\n"),
	}
	for name, content := range extra {
		overlay[filepath.Join(dir, filepath.FromSlash(name))] = load.FromString(content)
	}
	return load.Instances([]string{pattern}, &load.Config{Dir: dir, Overlay: overlay})
}

func read(t *testing.T, path string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
