package eval

import (
	"encoding/json"
	"fmt"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/format"
	"cuelang.org/go/cue/literal"

	"github.com/kudoc/kudoc/internal/compile/expr"
)

// source renders an expression as closed CUE source: references are replaced by what they refer to. ok is false if the
// expression depends on inputs.
func (ev *Evaluator) source(x ast.Expr, sc *Scope) (src string, ok bool) {
	return ev.sourceOf(func() string { return ev.closedSource(x, sc) })
}

func (ev *Evaluator) sourceOf(f func() string) (src string, ok bool) {
	state := ev.state
	defer func() {
		r := recover()
		if _, is := r.(symbolic); is {
			ev.state = state
			src, ok = "", false
			return
		}
		if r != nil {
			raise(r)
		}
	}()
	return f(), true
}

func (ev *Evaluator) closedSource(x ast.Expr, sc *Scope) string {
	switch x := x.(type) {
	case *ast.BasicLit:
		return x.Value
	case *ast.BottomLit:
		return "_|_"
	case *ast.ParenExpr:
		return "(" + ev.closedSource(x.X, sc) + ")"
	case *ast.UnaryExpr:
		return x.Op.String() + ev.closedSource(x.X, sc)
	case *ast.BinaryExpr:
		return "(" + ev.closedSource(x.X, sc) + " " + x.Op.String() + " " + ev.closedSource(x.Y, sc) + ")"
	case *ast.Ident, *ast.SelectorExpr, *ast.IndexExpr:
		return ev.referenceSource(x, sc)
	case *ast.CallExpr:
		args := make([]string, len(x.Args))
		for i := range x.Args {
			args[i] = ev.closedSource(x.Args[i], sc)
		}
		return shortName(ev.functionName(x, sc)) + "(" + strings.Join(args, ", ") + ")"
	case *ast.SliceExpr:
		return ev.closedSource(x.X, sc) + "[" + ev.boundSource(x.Low, sc) + ":" + ev.boundSource(x.High, sc) + "]"
	case *ast.ListLit, *ast.StructLit:
		return ev.vertexSource(ev.anonymous(sc, x))
	case *ast.Interpolation:
		if v := ev.compile(x, sc); v.IsLit() {
			return expr.CUE(v.Lit)
		}
		dependsOnInputs()
	default:
		ev.fail(x, "unsupported expression: %s", describe(x))
	}
	return ""
}

// boundSource is a bound of a slice, "" if there is none.
func (ev *Evaluator) boundSource(x ast.Expr, sc *Scope) string {
	if x == nil {
		return ""
	}
	return ev.closedSource(x, sc)
}

func (ev *Evaluator) referenceSource(x ast.Expr, sc *Scope) string {
	if id, ok := x.(*ast.Ident); ok && id.Name == "_" {
		return "_"
	}
	switch r := ev.resolve(x, sc).(type) {
	case builtinType:
		return string(r)
	case builtinFunction:
		return shortName(r.String())
	case *expr.X:
		if r.IsLit() {
			return expr.CUE(r.Lit)
		}
	case *Vertex:
		return ev.vertexSource(r)
	}
	dependsOnInputs()
	return ""
}

// vertexSource renders the value of a vertex, which need not be concrete, as closed source.
func (ev *Evaluator) vertexSource(v *Vertex) string {
	if ev.rendering[v] {
		ev.fail(nil, "reference cycle at %s", v.Path())
	}
	ev.rendering[v] = true
	defer delete(ev.rendering, v)
	v.expand()
	if ev.inputs[v] != nil || v.input != nil || len(v.parts) > 0 {
		dependsOnInputs()
	}
	for _, s := range v.syms {
		if !s.sym.IsLit() || len(s.guard) > 0 {
			dependsOnInputs()
		}
	}
	switch {
	case len(v.lists) > 0:
		return ev.listSource(v)
	case v.isStruct && len(v.scalars) > 0:
		return ev.mixedSource(v)
	case v.isStruct:
		return ev.structSource(v)
	}
	return ev.scalarSource(v)
}

func (ev *Evaluator) listSource(v *Vertex) string {
	if len(v.syms) > 0 {
		dependsOnInputs()
	}
	for _, l := range v.lists {
		if len(l.guard) > 0 {
			dependsOnInputs()
		}
	}
	var parts []string
	for _, it := range ev.itemsOf(v, v.lists) {
		if len(it.clauses) > 0 {
			dependsOnInputs()
		}
		parts = append(parts, ev.vertexSource(it.value))
	}
	for _, e := range v.elem {
		parts = append(parts, "..."+ev.closedSource(e.expr, e.scope))
	}
	src := "[" + strings.Join(parts, ", ") + "]"
	for _, s := range v.scalars {
		if len(s.guard) > 0 {
			dependsOnInputs()
		}
		src += " & (" + ev.closedSource(s.expr, s.scope) + ")"
	}
	return "(" + src + ")"
}

func (ev *Evaluator) structSource(v *Vertex) string {
	var parts []string
	for _, p := range v.patterns {
		if len(p.guard) > 0 || p.name != "" || p.field != "" {
			dependsOnInputs()
		}
		parts = append(parts, "["+ev.closedSource(p.key, p.scope)+"]: "+ev.closedSource(p.value, p.scope))
	}
	for _, a := range v.arcs {
		if a.Label.Kind != Regular {
			continue
		}
		label := literal.String.Quote(a.Label.Name)
		switch {
		case a.optional && a.required.IsValid():
			label += "!"
		case a.optional:
			label += "?"
		case ev.presence(a, nil) != nil:
			dependsOnInputs()
		}
		parts = append(parts, label+": "+ev.vertexSource(a.Vertex))
	}
	for _, s := range v.syms {
		parts = append(parts, expr.CUE(s.sym.Lit))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// mixedSource is a struct with disjunctions or validators.
func (ev *Evaluator) mixedSource(v *Vertex) string {
	src := ev.structSource(v)
	for _, s := range v.scalars {
		if len(s.guard) > 0 {
			dependsOnInputs()
		}
		src += " & (" + ev.closedSource(s.expr, s.scope) + ")"
	}
	return "(" + src + ")"
}

func (ev *Evaluator) scalarSource(v *Vertex) string {
	var parts []string
	for _, s := range v.scalars {
		if len(s.guard) > 0 {
			dependsOnInputs()
		}
		parts = append(parts, "("+ev.closedSource(s.expr, s.scope)+")")
	}
	for _, s := range v.syms {
		parts = append(parts, expr.CUE(s.sym.Lit))
	}
	if len(parts) == 0 {
		return "_"
	}
	return "(" + strings.Join(parts, " & ") + ")"
}

// static lets CUE evaluate closed source. ok is false if the result is not concrete; a conflict is an error.
func (ev *Evaluator) static(src string, node positioned) (val any, ok bool) {
	if r, ok := ev.evaluated[src]; ok {
		return r.val, r.ok
	}
	v := ev.ctx.CompileString(src, cue.InferBuiltins(true))
	if err := v.Err(); err != nil {
		if v.IncompleteKind() == cue.BottomKind && v.Validate(cue.Concrete(false)) != nil {
			raise(&Error{Pos: ev.position(node), Msg: firstError(err), Conflict: true})
		}
		return nil, false
	}
	if d, has := v.Default(); has {
		v = d
	}
	if v.Validate(cue.Concrete(true)) == nil {
		val, ok = ev.fromCUE(v, node), true
	}
	ev.evaluated[src] = evaluation{val, ok}
	return val, ok
}

// evaluation is a remembered result of static.
type evaluation struct {
	val any
	ok  bool
}

// compiles says whether closed source has a value.
func (ev *Evaluator) compiles(src string) bool {
	return ev.ctx.CompileString(src, cue.InferBuiltins(true)).Err() == nil
}

// fromCUE converts a concrete value to a constant.
func (ev *Evaluator) fromCUE(v cue.Value, node positioned) any {
	if d, ok := v.Default(); ok {
		v = d
	}
	switch v.Kind() {
	case cue.NullKind:
		return nil
	case cue.BoolKind:
		b, _ := v.Bool()
		return b
	case cue.StringKind:
		s, _ := v.String()
		return s
	case cue.IntKind, cue.FloatKind, cue.NumberKind:
		b, err := v.MarshalJSON()
		if err != nil {
			ev.fail(node, "%v", err)
		}
		if n := json.Number(b); v.Kind() == cue.IntKind {
			if _, err := n.Int64(); err != nil {
				ev.refuse(node, "use a string", "the integer %s does not fit in 64 bits", n)
			}
		}
		return json.Number(b)
	case cue.BytesKind:
		b, err := v.Bytes()
		if err != nil {
			ev.fail(node, "%v", err)
		}
		return expr.ByteString(b)
	case cue.ListKind:
		out := []any{}
		for it, err := v.List(); err == nil && it.Next(); {
			out = append(out, ev.fromCUE(it.Value(), node))
		}
		return out
	default:
		return ev.structFromCUE(v, node)
	}
}

func (ev *Evaluator) structFromCUE(v cue.Value, node positioned) *expr.Object {
	out := expr.NewObject()
	for it, err := v.Fields(); err == nil && it.Next(); {
		out.Set(it.Selector().Unquoted(), ev.fromCUE(it.Value(), node))
	}
	return out
}

func firstError(err error) string {
	errs := errors.Errors(err)
	if len(errs) == 0 {
		return err.Error()
	}
	msg, args := errs[0].Msg()
	return fmt.Sprintf(msg, args...)
}

// format is an expression as the author would write it.
func (ev *Evaluator) format(x ast.Node) string {
	b, err := format.Node(x)
	if err != nil {
		return describe(x)
	}
	return strings.Join(strings.Fields(string(b)), " ")
}

func typeName(x any) string { return fmt.Sprintf("%T", x) }
