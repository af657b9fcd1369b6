package compile

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/ext"
	"github.com/google/cel-go/interpreter"
	"github.com/rogpeppe/go-internal/txtar"
	admissionv1 "k8s.io/api/admissionregistration/v1"

	"github.com/kudoc/kudoc/internal/render"
	"github.com/kudoc/kudoc/internal/render/parameter"
)

// policyEnv has what CEL has in an API server of Kubernetes 1.37, as far as policies use it.
func policyEnv(t *testing.T, variables ...cel.EnvOption) *cel.Env {
	t.Helper()
	env, err := cel.NewEnv(append([]cel.EnvOption{
		cel.HomogeneousAggregateLiterals(), cel.CrossTypeNumericComparisons(true), cel.OptionalTypes(), cel.DefaultUTCTimeZone(true),
		cel.ASTValidators(cel.ValidateRegexLiterals(), cel.ValidateHomogeneousAggregateLiterals()),
		ext.Strings(ext.StringsVersion(2)), ext.Sets(), ext.TwoVarComprehensions(), ext.Lists(ext.ListsVersion(3)),
		cel.Variable("object", cel.DynType), cel.Variable("oldObject", cel.DynType),
	}, variables...)...)
	if err != nil {
		t.Fatal(err)
	}
	return env
}

// evaluator runs a policy as an API server does: variables on demand, and whatever fails refuses nothing.
type evaluator struct {
	variables map[string]cel.Program
	matches   []cel.Program
	tests     []cel.Program
	messages  []cel.Program
}

func newEvaluator(t *testing.T, spec *admissionv1.ValidatingAdmissionPolicySpec) *evaluator {
	t.Helper()
	e := &evaluator{variables: map[string]cel.Program{}}
	env := policyEnv(t)
	program := func(source string) (cel.Program, *cel.Type) {
		ast, issues := env.Compile(source)
		if err := issues.Err(); err != nil {
			t.Fatalf("%v\nin %s", err, source)
		}
		p, err := env.Program(ast, cel.CostLimit(1_000_000))
		if err != nil {
			t.Fatal(err)
		}
		return p, ast.OutputType()
	}
	for _, v := range spec.Variables {
		p, typ := program(v.Expression)
		e.variables["variables."+v.Name] = p
		var err error
		if env, err = env.Extend(cel.Variable("variables."+v.Name, typ)); err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range spec.MatchConditions {
		p, _ := program(m.Expression)
		e.matches = append(e.matches, p)
	}
	for _, v := range spec.Validations {
		p, _ := program(v.Expression)
		m, _ := program(v.MessageExpression)
		e.tests, e.messages = append(e.tests, p), append(e.messages, m)
	}
	return e
}

// activation finds variables by evaluating them.
type activation struct {
	e      *evaluator
	inputs map[string]any
	known  map[string]any
}

func (a *activation) Parent() interpreter.Activation { return nil }

func (a *activation) ResolveName(name string) (any, bool) {
	if v, ok := a.inputs[name]; ok {
		return v, true
	}
	p, ok := a.e.variables[name]
	if !ok {
		return nil, false
	}
	if v, ok := a.known[name]; ok {
		return v, true
	}
	v, _, err := p.Eval(a)
	if err != nil {
		return types.WrapErr(err), true
	}
	a.known[name] = v
	return v, true
}

// refuses returns the message of the first validation that an object fails, or nothing.
func (e *evaluator) refuses(object, old any) string {
	a := &activation{e: e, inputs: map[string]any{"object": object, "oldObject": old}, known: map[string]any{}}
	holds := func(p cel.Program) (ref.Val, error) {
		v, _, err := p.Eval(a)
		return v, err
	}
	for _, m := range e.matches {
		if v, err := holds(m); err != nil || v != types.True {
			return ""
		}
	}
	for i, p := range e.tests {
		if v, err := holds(p); err == nil && v != types.True {
			m, err := holds(e.messages[i])
			if err != nil {
				return "message: " + err.Error()
			}
			return fmt.Sprint(m.Value())
		}
	}
	return ""
}

func instanceOf(version string, params map[string]any) map[string]any {
	return map[string]any{"spec": map[string]any{"frameworkVersion": version, "parameters": params}, "metadata": map[string]any{"name": "x"}}
}

// unvalidated compiles without the comparison with CUE, which other tests make.
func unvalidated(dir string) *compilation {
	c := &compilation{opts: Options{Dir: dir, KudocVersion: "test"}}
	for _, pass := range []func(){c.load, c.unify, c.check, c.evaluate, c.lower, c.emit} {
		if pass(); c.diags.HasErrors() {
			break
		}
	}
	return c
}

// TestThePolicyNeverRefusesWhatTheControllerAccepts compares both for generated parameters of every framework of the corpus.
func TestThePolicyNeverRefusesWhatTheControllerAccepts(t *testing.T) {
	archive, err := txtar.ParseFile(filepath.Join("..", "..", "testdata", "compile", "corpus.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	archive.Files = append(archive.Files, txtar.File{Name: "wide.cue", Data: []byte(wide)})
	var accepted, both, left int
	for _, f := range archive.Files {
		dir := t.TempDir()
		write(t, dir, "a.cue", minimal)
		write(t, dir, "f.cue", "package f\n"+string(f.Data))
		r := unvalidated(dir).result
		if r == nil && f.Name == "wide.cue" {
			t.Fatal("it does not compile")
		}
		if r == nil || len(r.Version.Spec.Parameters) == 0 {
			continue
		}
		program, err := render.Load(&r.Version.Spec)
		if err != nil {
			t.Fatal(err)
		}
		e := newEvaluator(t, &r.Policy.Spec)
		tries := 300
		if f.Name == "wide.cue" {
			tries = 20_000
		}
		for _, given := range someParameters(t, r, tries) {
			object := instanceOf(r.Version.Name, given)
			_, err := program.Params(given)
			message := e.refuses(object, nil)
			switch {
			case err == nil && message != "":
				b, _ := json.Marshal(given)
				t.Errorf("%s: the policy refuses %s, which the controller accepts: %s", f.Name, b, message)
			case err == nil:
				accepted++
			case message != "":
				both++
			default:
				if left++; os.Getenv("KUDOC_VERBOSE") != "" {
					b, _ := json.Marshal(given)
					t.Logf("%s: %s %v", f.Name, b, err)
				}
			}
			if strings.HasPrefix(message, "message: ") {
				t.Errorf("%s: no message for %v: %s", f.Name, given, message)
			}
		}
	}
	t.Logf("%d inputs accepted, %d refused by both, %d by the controller only", accepted, both, left)
	if both < 10*left {
		t.Errorf("the policy leaves too much to the controller: it refuses %d inputs, the controller %d more", both, left)
	}
}

// TestOnlyChangesOfImmutableParametersAreRefused compares the policy with a comparison of effective parameters.
func TestOnlyChangesOfImmutableParametersAreRefused(t *testing.T) {
	r := results(t)["wide"]
	program, err := render.Load(&r.Version.Spec)
	if err != nil {
		t.Fatal(err)
	}
	e := newEvaluator(t, &r.Policy.Spec)
	var givens, effectives []map[string]any
	for _, given := range someParameters(t, r, 6000) {
		if effective, err := program.Params(given); err == nil {
			givens, effectives = append(givens, given), append(effectives, effective)
		}
	}
	refused := 0
	for i, given := range givens {
		applied := effectives[(i*7+1)%len(effectives)]
		old := instanceOf(r.Version.Name, nil)
		old["status"] = map[string]any{"lastApplied": map[string]any{"frameworkVersion": r.Version.Name, "parameters": applied}}
		message, changed := e.refuses(instanceOf(r.Version.Name, given), old), false
		for _, p := range r.Version.Spec.Parameters {
			changed = changed || p.Immutable && !reflect.DeepEqual(applied[p.Name], effectives[i][p.Name])
		}
		if changed != (message != "") {
			t.Fatalf("%v to %v: changed %t, but refused with %q", applied, given, changed, message)
		}
		if changed {
			refused++
		}
	}
	t.Logf("%d of %d changes refused", refused, len(givens))
}

// wide has what the corpus has little of: nesting, and constraints by functions.
const wide = `
import (
	"list"
	"strings"
)
params: {
	memory: int & >=256 | *1024
	heap: int & >=64 & <=memory | *div(memory*3, 4)
	ratio: number & >0 & <=1 | *0.5
	whole: int | float | *1
	name: strings.MinRunes(2) & strings.MaxRunes(5) | *"abc"
	mode: "a" | *"b" | "c"
	port?: int & >=1 & <=65535
	"odd-name": string & =~"^[a-z]*$" | *""
	"in": bool | *true
	tls: {
		enabled: bool | *false
		port: int & >memory | *4000
		hosts: [...{name: string & !="", weight: int & >=0 | *1, tags: [...=~"^t"]}]
	}
	nested: {deep: {deeper: [string]: [...[...int]]}}
	ports: [...int & <=10] & list.MinItems(1) | *[1]
	keys: {[=~"^[a-z]$"]: int | string}
	anything: _ | *1
	size: int | *2 @param(immutable)
	zone?: string @param(immutable)
	pair: {a: int | *1, b: string | *"x"} @param(immutable)
	needed: {x: int, y: z: string}
	up: string | *strings.ToUpper(name)
}
`

// someParameters are mostly wrong, in one place.
func someParameters(t *testing.T, r *Result, n int) []map[string]any {
	t.Helper()
	root := parameter.Schema{Type: "struct"}
	for _, p := range r.Version.Spec.Parameters {
		f := parameter.Field{Name: p.Name, Optional: p.Optional}
		if err := json.Unmarshal(p.Schema.Raw, &f.Schema); err != nil {
			t.Fatal(err)
		}
		root.Fields = append(root.Fields, f)
	}
	program, err := render.Load(&r.Version.Spec)
	if err != nil {
		t.Fatal(err)
	}
	g := &guesser{rand.New(rand.NewPCG(1, uint64(len(root.Fields))))}
	base := map[string]any{}
	for range 200 { // what is needed, and right
		var errs parameter.Errors
		if _, err := program.Params(base); !errors.As(err, &errs) {
			break
		}
		for i := range root.Fields {
			f := &root.Fields[i]
			if errs[0].Path == f.Name || strings.HasPrefix(errs[0].Path, f.Name+".") || strings.HasPrefix(errs[0].Path, f.Name+"[") {
				base[f.Name] = g.value(&f.Schema, 0)
			}
		}
	}
	out := []map[string]any{base, {}}
	for range n {
		in := maps.Clone(base)
		for range 1 + g.IntN(2) {
			f := &root.Fields[g.IntN(len(root.Fields))]
			if in[f.Name] = g.value(&f.Schema, 12); g.IntN(30) == 0 {
				delete(in, f.Name)
			}
		}
		if g.IntN(30) == 0 {
			in["unknown"] = int64(1)
		}
		out = append(out, in)
	}
	return out
}

// guesser makes values, about one in odds of another type.
type guesser struct{ *rand.Rand }

func (g *guesser) value(s *parameter.Schema, odds int) any {
	if odds > 0 && g.IntN(odds) == 0 {
		return []any{nil, true, int64(1), 1.0, 1.5, "x", []any{}, []any{int64(1)}, map[string]any{}, map[string]any{"a": "b"}, -9223372036854775808.0, 1e300}[g.IntN(12)]
	}
	pick := func(vs ...any) any { return vs[g.IntN(len(vs))] }
	switch s.Type {
	case "bool":
		return pick(true, false)
	case "int", "number":
		ints := []any{int64(0), int64(1), 2.0, int64(3), int64(5), int64(64), int64(100), 300.0, int64(5000), int64(-1), int64(70000), int64(1) << 62, 9007199254740992.0}
		if s.Type == "number" {
			ints = append(ints, 0.5, 1e-7, 0.25, 1e21)
		}
		return pick(ints...)
	case "string":
		return pick("", "a", "b", "c", "abc", "abcdefgh", "é日", "X y", "t1", "1h", "a\nb", `"q"`, "hello", "fast")
	case "list":
		out := []any{}
		for range g.IntN(4) {
			out = append(out, g.value(s.Elem, odds))
		}
		return out
	case "map", "struct":
		out := map[string]any{}
		for i := range s.Fields {
			if f := &s.Fields[i]; odds == 0 || g.IntN(4) > 0 {
				out[f.Name] = g.value(&f.Schema, odds)
			}
		}
		if s.Elem != nil {
			for range g.IntN(3) {
				out[pick("a", "b", "AB", "x.y/z", "k\nl").(string)] = g.value(s.Elem, odds)
			}
		} else if odds > 0 && g.IntN(10) == 0 {
			out["unknown"] = int64(1)
		}
		return out
	}
	return pick(int64(1), 1.0, 2.5, "x", true, []any{nil}, map[string]any{"a": nil})
}
