package testrun

import (
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/diag"
	"github.com/kudoc/kudoc/internal/compile/eval/syntax"
	"github.com/kudoc/kudoc/internal/compile/source"
	"github.com/kudoc/kudoc/internal/render"
)

// test is a test as it is written.
type test struct {
	name  string
	root  cue.Value // of the package
	value cue.Value
	files []*ast.File

	// what is given
	params              map[string]any
	instance, namespace string
	requires            map[string]map[string]any
	previous            *previous
	plan                string // or ""
	planParams          map[string]any

	// what is expected of the run as a whole; objects and outputs stay values of CUE
	rejected, golden     string
	plans, order, absent []string
}

// previous is what was in force before.
type previous struct {
	params   map[string]any
	requires map[string]map[string]any
}

// given are the fields of a test that must have values.
var given = []string{"params", "instance", "requires", "previous", "plan", "rejected", "plans", "order", "absent", "golden"}

// decode reads what must have values, or says which have none.
func (t *test) decode() diag.Diagnostics {
	var diags diag.Diagnostics
	for _, name := range given {
		if v := t.field(name); v.Exists() {
			if err := v.Validate(cue.Concrete(true)); err != nil {
				for _, d := range findings(t.value, err) {
					if d.File == "" {
						d.At(t.pos(name))
					}
					diags = append(diags, d)
				}
			}
		}
	}
	if diags.HasErrors() {
		return diags
	}
	t.params = object(t.field("params"))
	t.instance, t.namespace = text(t.field("instance", "name")), text(t.field("instance", "namespace"))
	t.requires = outputs(t.field("requires"))
	if p := t.field("previous"); p.Exists() {
		t.previous = &previous{params: object(t.field("previous", "params")), requires: outputs(t.field("previous", "requires"))}
	}
	t.plan, t.planParams = text(t.field("plan", "name")), object(t.field("plan", "params"))
	t.rejected, t.golden = text(t.field("rejected")), text(t.field("golden"))
	t.plans, t.order, t.absent = texts(t.field("plans")), texts(t.field("order")), texts(t.field("absent"))
	return nil
}

// field is what the author says at a path, if anything.
func (t *test) field(path ...string) cue.Value {
	var sels []cue.Selector
	for _, p := range path {
		sels = append(sels, cue.Str(p))
	}
	return t.value.LookupPath(cue.MakePath(sels...))
}

// bind gives the inputs of the framework the values that they have in the test, so that expectations may refer to them and
// to what the framework makes of them.
func (t *test) bind(in inputs, instance string) {
	v := t.root.FillPath(cue.ParsePath("params"), in.params)
	v = v.FillPath(cue.ParsePath("instance"), map[string]any{"name": instance, "namespace": t.namespace})
	for name, outputs := range in.requires {
		v = v.FillPath(cue.MakePath(cue.Str("requires"), cue.Str(name), cue.Str("outputs")), outputs)
	}
	if in.previous != nil {
		v = v.FillPath(cue.ParsePath("previous.params"), in.previous)
	}
	if bound := v.LookupPath(cue.MakePath(cue.Str("tests"), cue.Str(t.name))); bound.Exists() {
		t.value = bound
	}
}

// has says whether the author set a field.
func (t *test) has(path ...string) bool { return t.field(path...).Exists() }

// pos is where the author wrote a field, or what is around it.
func (t *test) pos(path ...string) token.Pos {
	for n := len(path); n > 0; n-- {
		if p := t.field(path[:n]...).Pos(); syntax.IsAuthors(p) {
			return p
		}
		whole := append([]string{"tests", t.name}, path[:n]...)
		if p := source.Locate(t.files, whole); p.IsValid() && p != source.Locate(t.files, whole[:len(whole)-1]) {
			return p
		}
	}
	if p := source.Locate(t.files, []string{"tests", t.name}); p.IsValid() && p != source.Locate(t.files, []string{"tests"}) {
		return p
	}
	return t.last()
}

// last is where the author wrote the last value in a test that has no place of its own, because a loop makes it.
func (t *test) last() token.Pos {
	last := source.Locate(t.files, []string{"tests"})
	t.value.Walk(func(v cue.Value) bool {
		if p := v.Pos(); syntax.IsAuthors(p) && source.IsTest(p.Filename()) && p.Compare(last) > 0 {
			last = p
		}
		return true
	}, nil)
	return last
}

// element is where the author wrote an element of a list.
func (t *test) element(list string, i int) token.Pos {
	if p := t.value.LookupPath(cue.MakePath(cue.Str(list), cue.Index(i))).Pos(); syntax.IsAuthors(p) {
		return p
	}
	return t.pos(list)
}

// expected is what is expected of the objects of a key.
type expected struct {
	key      string
	want     cue.Value
	optional bool // there may be none
}

// objects are the expectations of objects.
func (t *test) objects() []expected {
	var out []expected
	fields, err := t.field("objects").Fields(cue.Optional(true))
	for err == nil && fields.Next() {
		sel := fields.Selector()
		out = append(out, expected{sel.Unquoted(), fields.Value(), sel.ConstraintType() == cue.OptionalConstraint})
	}
	return out
}

// object is a struct as JSON types; validation has seen that it can be.
func object(v cue.Value) map[string]any {
	b, err := v.MarshalJSON()
	if err != nil {
		return map[string]any{}
	}
	m, err := render.DecodeJSON(b)
	if err != nil {
		return map[string]any{}
	}
	return m
}

// outputs are those of required Instances, by requirement.
func outputs(v cue.Value) map[string]map[string]any {
	out := map[string]map[string]any{}
	for name, r := range object(v) {
		if r, ok := r.(map[string]any); ok {
			out[name], _ = r["outputs"].(map[string]any)
		}
	}
	return out
}

func text(v cue.Value) string {
	s, err := v.String()
	if err != nil {
		return ""
	}
	return s
}

func texts(v cue.Value) []string {
	var out []string
	elements, err := v.List()
	for err == nil && elements.Next() {
		out = append(out, text(elements.Value()))
	}
	return out
}

// isKind says whether the key of an object begins with a kind, and not with a task.
func isKind(key string) bool { return strings.ToLower(key[:1]) != key[:1] }
