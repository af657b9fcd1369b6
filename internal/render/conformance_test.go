package render_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/render"
)

// conformance is a case of testdata/conformance, as its README defines it.
type conformance struct {
	Case       string                    `json:"case"`
	Parameters []v1alpha1.Parameter      `json:"parameters"`
	Requires   []v1alpha1.Requirement    `json:"requires"`
	Locals     map[string]string         `json:"locals"`
	Template   json.RawMessage           `json:"template"`
	When       string                    `json:"when"`
	Ready      string                    `json:"ready"`
	Object     map[string]any            `json:"object"`
	Given      map[string]any            `json:"given"`
	Outputs    map[string]map[string]any `json:"outputs"`
	Previous   map[string]any            `json:"previous"`
	Params     map[string]any            `json:"params"`
	Want       any                       `json:"want"`
	Nothing    bool                      `json:"nothing"`
	Refused    string                    `json:"refused"`
}

func TestConformance(t *testing.T) {
	files, err := filepath.Glob("../../testdata/conformance/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for doc := range strings.SplitSeq(string(data), "\n---\n") {
			var c conformance
			if err := yaml.UnmarshalStrict([]byte(doc), &c); err != nil {
				t.Fatalf("%s: %v in\n%s", file, err, doc)
			}
			t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml")+"/"+c.Case, func(t *testing.T) { c.run(t) })
		}
	}
}

func (c *conformance) run(t *testing.T) {
	spec := &v1alpha1.FrameworkVersionSpec{
		Framework: "f", Version: "1.2.3", TemplateFormat: render.FormatVersion, Parameters: c.Parameters, Requires: c.Requires, Locals: c.Locals,
		Plans: []v1alpha1.Plan{{Name: "deploy", Strategy: v1alpha1.Serial, Phases: []v1alpha1.Phase{
			{Name: "ph", Strategy: v1alpha1.Serial, Steps: []v1alpha1.Step{{Name: "st", Tasks: []string{"t"}, When: c.When}}},
		}}},
	}
	if c.Ready != "" {
		c.Template = json.RawMessage(`{}`)
	}
	if c.Template != nil {
		spec.Tasks = []v1alpha1.Task{{Name: "t", Kind: v1alpha1.TaskApply, Objects: []v1alpha1.ObjectTemplate{
			{ID: "x", Template: runtime.RawExtension{Raw: c.Template}, Ready: c.Ready},
		}}}
	}
	stage, got, err := c.evaluate(spec)
	if c.Refused != "" {
		if err == nil || stage != c.Refused {
			t.Fatalf("want a refusal by %s, got %v by %s", c.Refused, err, stage)
		}
		return
	}
	if err != nil {
		t.Fatalf("%s: %v", stage, err)
	}
	want := c.Want
	if c.Template == nil && c.When == "" {
		want = c.Params
	}
	if diff := cmp.Diff(normal(t, want), normal(t, got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// evaluate goes as far as it can, and says how far that was.
func (c *conformance) evaluate(spec *v1alpha1.FrameworkVersionSpec) (stage string, got any, err error) {
	p, err := render.Load(spec)
	if err != nil {
		return "load", nil, err
	}
	params, err := p.Params(c.Given)
	if err != nil || c.Template == nil && c.When == "" {
		return "params", params, err
	}
	requires := map[string]any{}
	for _, r := range c.Requires {
		if requires[r.Name], err = p.Required(r.Name, c.Outputs[r.Name]); err != nil {
			return "outputs", nil, err
		}
	}
	in := render.Inputs{
		Params: params, Previous: c.Previous, Requires: requires, Instance: render.InstanceInfo{Name: "my", Namespace: "ns", UID: "u1"},
		Plan: render.PlanInfo{Name: "deploy"}, Phase: "ph", Step: "st",
		Execution: render.ExecutionInfo{Name: "my-deploy-1", UID: "u2"},
	}
	switch {
	case c.When != "":
		holds, err := p.When(in)
		return "render", holds, err
	case c.Ready != "":
		ready, err := p.Ready("t", "x", in, c.Object)
		return "render", ready, err
	}
	objs, err := p.Objects("t", in)
	switch {
	case err != nil:
		return "render", nil, err
	case len(objs) == 0:
		return "render", nil, nil
	}
	return "render", objs[0].Manifest["v"], nil
}

// normal is a value with numbers as JSON has them.
func normal(t *testing.T, v any) any {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var out any
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return out
}
