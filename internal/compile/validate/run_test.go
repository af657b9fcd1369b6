package validate_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/load"
	"cuelang.org/go/cue/parser"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/compile/source"
	"github.com/kudoc/kudoc/internal/compile/validate"
	"github.com/kudoc/kudoc/internal/compile/validate/oracle"
	"github.com/kudoc/kudoc/internal/render"
)

const framework = `package f
params: {
	n: int & >=1 & <=9 | *3
	on: bool | *false
	words: [...=~"^[a-z]+$"]
	labels: [string]: string
}
instance: {name: string, namespace: string, uid: string}
framework: {name: string, version: string}
plan: {name: string, params: {...}}
phase: name: string
step: name: string
execution: {name: string, uid: string}
plans: deploy: params: {}
tasks: t: apply: a: {
	replicas: params.n * 2
	if params.on {
		tls: "\(instance.name)"
	}
	words: [for w in params.words {w}]
	labels: params.labels
}
`

func schema(s string) runtime.RawExtension { return runtime.RawExtension{Raw: []byte(s)} }

// subject is the framework as a template, right unless the test replaces something in it.
func subject(t *testing.T, old, with string) validate.Subject {
	t.Helper()
	template := `{"replicas": {"$cel": "params.n * 2"}, "tls": {"$if": "params.on", "$then": {"$cel": "instance.name"}}, "words": {"$cel": "params.words"}, "labels": {"$cel": "params.labels"}}`
	check := `self >= 1 && self <= 9`
	if old != "" && !strings.Contains(template+check, old) {
		t.Fatalf("%q is not there", old)
	}
	template, check = strings.Replace(template, old, with, 1), strings.Replace(check, old, with, 1)
	spec := &v1alpha1.FrameworkVersionSpec{
		Framework: "f", Version: "1.0.0", TemplateFormat: render.FormatVersion,
		Parameters: []v1alpha1.Parameter{
			{Name: "n", Schema: schema(`{"type": "int", "default": 3, "check": "` + check + `"}`)},
			{Name: "on", Schema: schema(`{"type": "bool", "default": false}`)},
			{Name: "words", Schema: schema(`{"type": "list", "elem": {"type": "string", "check": "matches(self, \"^[a-z]+$\")"}}`)},
			{Name: "labels", Schema: schema(`{"type": "map", "elem": {"type": "string"}}`)},
		},
		Tasks: []v1alpha1.Task{{Name: "t", Kind: v1alpha1.TaskApply, Objects: []v1alpha1.ObjectTemplate{{ID: "a", Template: schema(template)}}}},
		Plans: []v1alpha1.Plan{{Name: "deploy", Phases: []v1alpha1.Phase{{Name: "p", Steps: []v1alpha1.Step{{Name: "s", Tasks: []string{"t"}}}}}}},
	}
	p, err := render.Load(spec)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, content := range map[string]string{"f.cue": framework, "cue.mod/module.cue": "module: \"x.test/f@v0\"\nlanguage: version: \"v0.17.0\"\n"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return validate.Subject{Spec: spec, Program: p, Sources: oracle.Sources{Load: func(rewrite source.Change) (*build.Instance, error) {
		inst := load.Instances([]string{"."}, &load.Config{Dir: dir, ParseFile: func(name string, src any, cfg parser.Config) (*ast.File, error) {
			f, err := parser.ParseFile(name, src, cfg)
			if err == nil {
				rewrite(f, false)
			}
			return f, err
		}})[0]
		if inst.Err != nil {
			return nil, inst.Err
		}
		return inst, nil
	}}}
}

func TestRunFindsWhatIsWrong(t *testing.T) {
	for name, tc := range map[string]struct{ old, with, want string }{
		"nothing":                         {"", "", ""},
		"another value":                   {"params.n * 2", "params.n + 3", "replicas"},
		"a condition that is turned":      {`"$if": "params.on"`, `"$if": "!params.on"`, "tls"},
		"a condition that is lost":        {`{"$if": "params.on", "$then": {"$cel": "instance.name"}}`, `{"$cel": "instance.name"}`, "tls"},
		"a list that is cut":              {"params.words", "params.words.filter(w, w != 'a')", ""},
		"a field that is lost":            {`, "labels": {"$cel": "params.labels"}`, "", "labels"},
		"parameters that are too narrow":  {"self <= 9", "self <= 8", "parameters"},
		"parameters that are too wide":    {"self <= 9", "self <= 10", "parameters"},
		"a template that fails sometimes": {"params.n * 2", "check(params.n * 2, params.n != 9, 'no')", "no"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := validate.Run(subject(t, tc.old, tc.with))
			if err != nil {
				t.Fatal(err)
			}
			if r.Inputs < 30 || r.Comparisons < 50 {
				t.Errorf("only %d inputs and %d comparisons", r.Inputs, r.Comparisons)
			}
			if name == "nothing" && len(r.Mismatches) > 0 {
				t.Errorf("%+v", r.Mismatches[0])
			}
			if name != "nothing" && len(r.Mismatches) == 0 {
				t.Error("not found")
			}
			if tc.want == "" || len(r.Mismatches) == 0 {
				return
			}
			m := r.Mismatches[0]
			text := m.Place.What()
			if m.Failed != nil {
				text += m.Failed.Error()
			}
			for _, d := range m.Differences {
				text += d.Path
			}
			if !strings.Contains(text, tc.want) {
				t.Errorf("got %s, want %q", text, tc.want)
			}
		})
	}
}
