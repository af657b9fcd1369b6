package render

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/render/parameter"
)

// program loads a framework with one task t of one object o.
func program(t testing.TB, template string, params ...v1alpha1.Parameter) (*Program, error) {
	t.Helper()
	return Load(specOf("o", template, params...))
}

func specOf(id, template string, params ...v1alpha1.Parameter) *v1alpha1.FrameworkVersionSpec {
	return &v1alpha1.FrameworkVersionSpec{
		Framework: "f", Version: "1.2.3", TemplateFormat: FormatVersion, Parameters: params,
		Locals: map[string]string{"shared": `params.s + "!"`},
		Tasks: []v1alpha1.Task{{Name: "t", Kind: v1alpha1.TaskApply, Objects: []v1alpha1.ObjectTemplate{
			{ID: id, Template: runtime.RawExtension{Raw: []byte(template)}},
		}}},
		Plans: []v1alpha1.Plan{{Name: "deploy"}},
	}
}

func declared(name, schema string, optional ...bool) v1alpha1.Parameter {
	return v1alpha1.Parameter{Name: name, Optional: len(optional) > 0, Schema: runtime.RawExtension{Raw: []byte(schema)}}
}

func object(t testing.TB, s string) map[string]any {
	t.Helper()
	m, err := DecodeJSON([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestObjectsRendersEveryNode(t *testing.T) {
	params := `{"n": 3, "on": true, "off": false, "s": "x", "l": ["a", "b"], "m": {"k": "v"}, "f": 0.5}`
	for name, tc := range map[string]struct{ template, want string }{
		"literals stand for themselves":                     {`{"a": [1, 2.5, "x", true, null], "b": {}}`, `{"a": [1, 2.5, "x", true, null], "b": {}}`},
		"a hole has the type of its expression":             {`{"a": {"$cel": "params.n + 1"}, "b": {"$cel": "params.m"}}`, `{"a": 4, "b": {"k": "v"}}`},
		"a text spells values as CUE does":                  {`{"a": {"$text": "n=\\(params.n) f=\\(params.f) b=\\(params.on) \\\\ ${x} {{y}}"}}`, `{"a": "n=3 f=0.5 b=true \\ ${x} {{y}}"}`},
		"a parenthesis in a string does not end a hole":     {`{"a": {"$text": "\\(strings.Join([\")\", '('], \"\"))"}}`, `{"a": ")("}`},
		"a false condition leaves a field out":              {`{"a": {"$if": "params.off", "$then": 1}, "b": {"$if": "params.on", "$then": 1}}`, `{"b": 1}`},
		"else":                                              {`{"a": {"$if": "params.off", "$then": 1, "$else": 2}}`, `{"a": 2}`},
		"a false condition leaves an element out":           {`{"a": [1, {"$if": "params.off", "$then": 2}, 3]}`, `{"a": [1, 3]}`},
		"a loop makes elements":                             {`{"a": [0, {"$for": "x", "$in": "params.l", "$do": {"n": {"$cel": "x"}}}]}`, `{"a": [0, {"n": "a"}, {"n": "b"}]}`},
		"nested loops see both variables":                   {`{"a": [{"$for": "x", "$in": "params.l", "$do": {"$for": "y", "$in": "params.l", "$do": {"$cel": "x + y"}}}]}`, `{"a": ["aa", "ab", "ba", "bb"]}`},
		"merge unifies maps and computed fields":            {`{"a": {"$merge": [{"k": "v", "z": 1}, {"$cel": "params.m"}, {"$for": "x", "$in": "params.l", "$do": {"$key": {"$text": "x-\\(x)"}, "$value": 1}}]}}`, `{"a": {"k": "v", "z": 1, "x-a": 1, "x-b": 1}}`},
		"a key that begins with a dollar sign is escaped":   {`{"$$ref": 1, "$$$x": 2}`, `{"$ref": 1, "$$x": 2}`},
		"locals are shared":                                 {`{"a": {"$cel": "local.shared"}, "b": {"$cel": "local.shared"}}`, `{"a": "x!", "b": "x!"}`},
		"the context is there":                              {`{"a": {"$text": "\\(instance.name)/\\(plan.name)/\\(phase.name)/\\(step.name)/\\(execution.uid)/\\(framework.name)-\\(framework.version)"}}`, `{"a": "i/deploy/p/s/e/f-1.2.3"}`},
		"marshalled objects keep the order of their fields": {`{"a": {"$cel": "json.Marshal(obj([\"b\", 1, \"a\", \"<&>\"]))"}}`, `{"a": "{\"b\":1,\"a\":\"<&>\"}"}`},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := program(t, tc.template)
			if err != nil {
				t.Fatal(err)
			}
			got, err := p.Objects("t", Inputs{
				Params: object(t, params), Instance: InstanceInfo{Name: "i"}, Plan: PlanInfo{Name: "deploy"}, Phase: "p", Step: "s",
				Execution: ExecutionInfo{UID: "e"},
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]Object{{ID: "o", Manifest: object(t, tc.want)}}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestObjectsReportsWhereItFails(t *testing.T) {
	for name, tc := range map[string]struct{ template, want string }{
		"a parameter that is not set":          {`{"spec": {"l": [{"a": {"$cel": "params.x"}}]}}`, `task "t": o.spec.l[0].a: params.x: no such key: x`},
		"a conflict in a merge":                {`{"a": {"$merge": [{"k": 1}, {"k": 2}]}}`, `task "t": o.a.k: conflicting values 1 and 2`},
		"an integer and a float are not equal": {`{"a": {"$merge": [{"k": 1}, {"k": 1.5}]}}`, `conflicting values 1 and 1.5`},
		"a failed check":                       {`{"a": {"$cel": "check(1, false, \"a: must be >1\")"}}`, `a: must be >1: got 1`},
		"a condition that is no bool":          {`{"a": {"$if": "params", "$then": 1}}`, `want a bool, got a map`},
		"an overflow":                          {`{"a": {"$cel": "9223372036854775807 + 1"}}`, `integer overflow`},
		"a list that is too long":              {`{"a": {"$cel": "list.Range(0, 1000000, 1)"}}`, `more than 100000 elements`},
		"a string that is too long":            {`{"a": {"$cel": "strings.Repeat(\"xxxxxxxx\", 1000000)"}}`, `more than 1048576 bytes`},
		"an expression that costs too much":    {`{"a": {"$cel": "list.Range(0, 3000, 1).map(x, list.Range(0, 3000, 1).map(y, x + y)).size()"}}`, `cost limit exceeded`},
		"a result that is too big":             {`{"a": [{"$for": "x", "$in": "list.Range(0, 1000, 1)", "$do": {"$cel": "strings.Repeat(\"x\", 100000)"}}]}`, `more than 16777216 bytes`},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := program(t, tc.template)
			if err != nil {
				t.Fatal(err)
			}
			_, err = p.Objects("t", Inputs{})
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
}

func TestATemplateWithoutIDRendersObjectsByTheirIDs(t *testing.T) {
	p, err := Load(specOf("", `{"$merge": [{"$for": "x", "$in": "params.l", "$do": {"$key": {"$cel": "x"}, "$value": {"kind": {"$cel": "x"}}}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	got, err := p.Objects("t", Inputs{Params: object(t, `{"l": ["b", "a"]}`)})
	if err != nil {
		t.Fatal(err)
	}
	want := []Object{{ID: "a", Manifest: map[string]any{"kind": "a"}}, {ID: "b", Manifest: map[string]any{"kind": "b"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestNoTwoObjectsHaveOneID(t *testing.T) {
	spec := specOf("a", `{}`)
	more := v1alpha1.ObjectTemplate{Template: runtime.RawExtension{Raw: []byte(`{"a": {}}`)}}
	spec.Tasks[0].Objects = append(spec.Tasks[0].Objects, more)
	p, err := Load(spec)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Objects("t", Inputs{}); err == nil || err.Error() != `task "t": two objects have the ID "a"` {
		t.Errorf("got %v", err)
	}
}

func TestLoadRefusesWhatItDoesNotKnow(t *testing.T) {
	for name, tc := range map[string]struct{ template, want string }{
		"an unknown node":                 {`{"a": {"$switch": 1}}`, `unknown node $switch`},
		"an unknown field of a node":      {`{"a": {"$if": "true", "$then": 1, "$otherwise": 2}}`, `a $if node has no field $otherwise`},
		"a loop as a value":               {`{"a": {"$for": "x", "$in": "[]", "$do": 1}}`, `only stand in a list or in a $merge`},
		"a computed field as a value":     {`{"a": {"$key": "x", "$value": 1}}`, `only stand in a $merge`},
		"a variable that hides an input":  {`{"a": [{"$for": "params", "$in": "[]", "$do": 1}]}`, `cannot name a variable`},
		"an expression that is not valid": {`{"a": {"$cel": "params."}}`, `Syntax error`},
		"an unknown variable":             {`{"a": {"$cel": "para.x"}}`, `undeclared reference to 'para'`},
		"an unknown function":             {`{"a": {"$cel": "now()"}}`, `undeclared reference to 'now'`},
		"a hole without an end":           {`{"a": {"$text": "\\(params.x"}}`, `without a closing parenthesis`},
		"a lonely backslash":              {`{"a": {"$text": "\\n"}}`, `a backslash is followed by neither`},
		"invalid JSON":                    {`{"a": `, `unexpected EOF`},
		"more than one value":             {`{} {}`, `want one JSON value`},
		"a condition without then":        {`{"a": {"$if": "true"}}`, `needs $then`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := program(t, tc.template)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
	spec := specOf("o", `{}`)
	spec.TemplateFormat = "2.0"
	if _, err := Load(spec); err == nil || !strings.Contains(err.Error(), `template format "2.0" is not supported`) {
		t.Errorf("another major: got %v", err)
	}
	spec.TemplateFormat = "1.7"
	if _, err := Load(spec); err != nil {
		t.Errorf("a later minor that uses nothing new: got %v", err)
	}
}

// ensemble are parameters whose defaults and checks depend on each other.
func ensemble() []v1alpha1.Parameter {
	return []v1alpha1.Parameter{
		declared("memory", `{"type": "int", "default": 1024, "check": "self >= 256", "want": ">=256"}`),
		declared("heap", `{"type": "int", "defaultExpr": "div(params.memory * 3, 4)", "check": "self <= params.memory", "want": "<=memory"}`),
		declared("young", `{"type": "int", "defaultExpr": "div(params.heap, 2)"}`),
		declared("tls", `{"type": "struct", "fields": [{"name": "enabled", "type": "bool", "default": false}, {"name": "port", "type": "int", "defaultExpr": "params.tls.enabled ? 443 : 80"}]}`),
		declared("class", `{"type": "string"}`, true),
		declared("labels", `{"type": "map", "elem": {"type": "string"}, "keys": "self.startsWith('x')"}`),
		declared("users", `{"type": "list", "elem": {"type": "struct", "fields": [{"name": "name", "type": "string"}, {"name": "role", "type": "string", "default": "reader"}]}}`),
		declared("a", `{"type": "int", "defaultExpr": "params.b + 1"}`),
		declared("b", `{"type": "int", "defaultExpr": "params.a - 1"}`),
	}
}

func TestParamsFillsInDefaultsAndChecks(t *testing.T) {
	p, err := program(t, `{}`, ensemble()...)
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		given string
		want  string
		errs  parameter.Errors
	}{
		"computed defaults follow each other": {
			given: `{"a": 1, "memory": 400}`,
			want:  `{"a": 1, "b": 0, "memory": 400, "heap": 300, "young": 150, "tls": {"enabled": false, "port": 80}, "labels": {}, "users": []}`,
		},
		"defaults within structs and elements": {
			given: `{"b": 1, "tls": {"enabled": true}, "users": [{"name": "x"}], "class": "fast"}`,
			want:  `{"a": 2, "b": 1, "memory": 1024, "heap": 768, "young": 384, "tls": {"enabled": true, "port": 443}, "labels": {}, "users": [{"name": "x", "role": "reader"}], "class": "fast"}`,
		},
		"a float that is an integer is one": {
			given: `{"a": 1.0, "memory": 1e3}`,
			want:  `{"a": 1, "b": 0, "memory": 1000, "heap": 750, "young": 375, "tls": {"enabled": false, "port": 80}, "labels": {}, "users": []}`,
		},
		"everything that is wrong at once": {
			given: `{"a": 1, "memry": 1, "memory": 100, "tls": {"enabld": true}, "labels": {"y": "1", "x": 2}, "users": [{"role": "x"}], "class": null}`,
			errs: parameter.Errors{
				{Path: "class", Message: "must be string, not null"},
				{Path: "labels.x", Message: "must be string, not int"},
				{Path: "memory", Message: "must be >=256, not 100"},
				{Path: "memry", Message: `unknown parameter (did you mean "memory"?)`},
				{Path: "tls.enabld", Message: `unknown parameter (did you mean "enabled"?)`},
				{Path: "users[0].name", Message: "required, but not set"},
			},
		},
		"a check on another parameter":  {given: `{"a": 1, "memory": 500, "heap": 600}`, errs: parameter.Errors{{Path: "heap", Message: "must be <=memory, not 600"}}},
		"a check on keys":               {given: `{"a": 1, "labels": {"y": "1"}}`, errs: parameter.Errors{{Path: "labels.y", Message: `must be a key that matches self.startsWith('x'), not "y"`}}},
		"defaults that need each other": {given: `{}`, errs: parameter.Errors{{Path: "a", Message: "the default depends on itself; set the parameter"}}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := p.Params(object(t, tc.given))
			if tc.errs != nil {
				if diff := cmp.Diff(error(tc.errs), err); diff != "" {
					t.Error(diff)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(object(t, tc.want), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPlanParamsReadTheParametersOfTheInstance(t *testing.T) {
	spec := specOf("o", `{"a": {"$cel": "plan.params.from"}}`)
	spec.Plans[0].Parameters = []v1alpha1.Parameter{
		declared("from", `{"type": "string", "defaultExpr": "params.file + \"-\" + instance.name"}`),
		declared("to", `{"type": "string", "defaultExpr": "plan.params.from + plan.name"}`),
	}
	p, err := Load(spec)
	if err != nil {
		t.Fatal(err)
	}
	in := Inputs{Params: map[string]any{"file": "f"}, Instance: InstanceInfo{Name: "i"}}
	got, err := p.PlanParams("deploy", nil, in)
	if diff := cmp.Diff(map[string]any{"from": "f-i", "to": "f-ideploy"}, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if _, err := p.PlanParams("deplyo", nil, in); err == nil || err.Error() != `no plan "deplyo" (did you mean "deploy"?)` {
		t.Errorf("got %v", err)
	}
}

func TestProgramIsSafeForConcurrentUse(t *testing.T) {
	p, err := program(t, `{"a": [{"$for": "x", "$in": "params.l", "$do": {"$text": "\\(x)\\(local.shared)"}}], "l": {"m": [1, {"k": "v"}]}}`,
		declared("l", `{"type": "list", "elem": {"type": "string"}, "default": ["a"]}`), declared("s", `{"type": "string"}`))
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			s := string(rune('a' + i))
			for range 50 {
				params, err := p.Params(map[string]any{"s": s, "l": []any{s}})
				if err != nil {
					t.Error(err)
					return
				}
				got, err := p.Objects("t", Inputs{Params: params})
				if err != nil {
					t.Error(err)
					return
				}
				if a := got[0].Manifest["a"].([]any)[0]; a != s+s+"!" {
					t.Errorf("got %v", a)
				}
				// the caller owns the result, so that a change must not show elsewhere
				got[0].Manifest["l"].(map[string]any)["m"].([]any)[1].(map[string]any)["k"] = s
			}
		})
	}
	wg.Wait()
	got, err := p.Objects("t", Inputs{Params: object(t, `{"s": "", "l": []}`)})
	if err != nil {
		t.Fatal(err)
	}
	if k := got[0].Manifest["l"].(map[string]any)["m"].([]any)[1].(map[string]any)["k"]; k != "v" {
		t.Errorf("a caller changed the template: got %v", k)
	}
}

func FuzzLoadTemplate(f *testing.F) {
	for _, s := range []string{
		`{"a": {"$cel": "params.n"}}`, `{"a": {"$text": "x\\(params.n)\\\\"}}`, `{"$merge": [{"$key": "k", "$value": 1}]}`,
		`{"a": [{"$for": "x", "$in": "params.l", "$do": {"$if": "x > 1", "$then": 2, "$else": {}}}]}`, `[]`, `null`, `{"$$a": 1}`,
		`{"a": {"$cel": "strings.Join(params.l, \"\") + json.Marshal(unifyAll([params, obj([\"a\", 1])]))"}}`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, template string) {
		p, err := program(t, template)
		if err != nil {
			return
		}
		objects, err := p.Objects("t", Inputs{Params: map[string]any{"n": int64(1), "l": []any{int64(1), int64(2)}, "s": "x"}})
		if err != nil {
			return
		}
		for _, o := range objects {
			if _, err := json.Marshal(o.Manifest); err != nil {
				t.Errorf("the result is not JSON: %v", err)
			}
		}
	})
}

func FuzzParams(f *testing.F) {
	f.Add(`{"type": "int", "default": 1, "check": "self > 0"}`, `{"a": 1}`)
	f.Add(`{"type": "struct", "fields": [{"name": "b", "type": "string", "optional": true}]}`, `{"a": {"b": "x"}}`)
	f.Add(`{"type": "map", "elem": {"type": "any"}, "keys": "self != ''"}`, `{"a": {"b": [1, {}]}}`)
	f.Add(`{"type": "list", "elem": {"type": "number", "defaultExpr": "params.a"}}`, `{"a": [1.5, 1e300]}`)
	f.Fuzz(func(t *testing.T, schema, given string) {
		p, err := program(t, `{}`, declared("a", schema))
		if err != nil {
			return
		}
		in, err := DecodeJSON([]byte(given))
		if err != nil {
			return
		}
		once, err := p.Params(in)
		if err != nil {
			return
		}
		again, err := p.Params(once)
		if err != nil {
			t.Fatalf("effective parameters are refused: %v", err)
		}
		if diff := cmp.Diff(once, again); diff != "" {
			t.Error(diff)
		}
	})
}
