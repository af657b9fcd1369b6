package eval

import (
	"encoding/json"
	"strconv"
	"strings"

	"cuelang.org/go/cue/ast"

	"github.com/kudoc/kudoc/internal/compile/expr"
	"github.com/kudoc/kudoc/internal/render/spell"
)

// What a reference can resolve to, beside *Vertex and *expr.X.
type (
	builtinType     string // int, string, ...
	builtinPackage  string // an import of CUE's standard library
	builtinFunction struct{ pkg, name string }
)

func (f builtinFunction) String() string { return f.pkg + "." + f.name }

var builtinTypes = map[string]bool{
	"string": true, "bytes": true, "bool": true, "int": true, "float": true, "number": true, "null": true, "true": true,
	"false": true, "uint": true, "int8": true, "int16": true, "int32": true, "int64": true, "uint8": true, "uint16": true,
	"uint32": true, "uint64": true, "float32": true, "float64": true, "rune": true,
}

// resolve finds what a reference means.
func (ev *Evaluator) resolve(x ast.Expr, sc *Scope) any {
	switch x := x.(type) {
	case *ast.ParenExpr:
		return ev.resolve(x.X, sc)
	case *ast.Ident:
		return ev.lookup(x, sc)
	case *ast.SelectorExpr:
		return ev.selector(x, sc)
	case *ast.IndexExpr:
		return ev.index(x, sc)
	}
	return ev.valueOf(x, sc)
}

// lookup finds a name, from the innermost scope to the outermost.
func (ev *Evaluator) lookup(id *ast.Ident, sc *Scope) any {
	for s := sc; s != nil; s = s.up {
		if v := s.vars[id.Name]; v != nil {
			return v
		}
		if s.names != nil {
			if v := ev.lookupField(id, s); v != nil {
				return v
			}
		}
		if s.file == nil {
			continue
		}
		if path, ok := s.file.imports[id.Name]; ok {
			if imp := s.file.inst.LookupImport(path); imp != nil {
				return ev.pkg(imp).root
			}
			return builtinPackage(path)
		}
	}
	name := strings.TrimPrefix(id.Name, "__")
	if builtinTypes[name] {
		return builtinType(name)
	}
	ev.fail(id, "reference %q not found", id.Name)
	return nil
}

// lookupField finds a name among those that a struct literal declares.
func (ev *Evaluator) lookupField(id *ast.Ident, s *Scope) *Vertex {
	if l, ok := s.names.lets[id.Name]; ok {
		k := letKey{s, l}
		if ev.lets[k] == nil {
			v := ev.anonymous(s, l.Expr)
			v.label = id.Name
			ev.lets[k] = v
		}
		return ev.lets[k]
	}
	if d, ok := s.names.aliases[id.Name]; ok {
		l, computed := ev.labelOf(d.Label)
		if computed != nil {
			ev.fail(id, "an alias of a field with a computed name is not supported")
		}
		return s.v.mustLookup(l, id).Vertex
	}
	if s.names.fields[id.Name] {
		l, _ := ev.labelOf(id)
		return s.v.mustLookup(l, id).Vertex
	}
	return nil
}

func (ev *Evaluator) selector(x *ast.SelectorExpr, sc *Scope) any {
	l, computed := ev.labelOf(x.Sel)
	if computed != nil {
		ev.fail(x, "unsupported selector")
	}
	switch base := ev.base(x.X, sc).(type) {
	case builtinPackage:
		return builtinFunction{string(base), l.Name}
	case *Vertex:
		return ev.selectFrom(base, l, x)
	case *expr.X:
		return ev.selectField(base, l.Name, x)
	}
	ev.fail(x, "cannot select %s from a type", l)
	return nil
}

// base is the operand of a selector or an index.
func (ev *Evaluator) base(x ast.Expr, sc *Scope) any {
	switch x.(type) {
	case *ast.Ident, *ast.SelectorExpr, *ast.IndexExpr, *ast.ParenExpr:
		return ev.resolve(x, sc)
	}
	return ev.valueOf(x, sc)
}

// selectFrom selects a field of a vertex.
func (ev *Evaluator) selectFrom(v *Vertex, l Label, node ast.Node) any {
	if in := ev.inputs[v]; in != nil {
		v = in
	}
	a := v.Lookup(l)
	switch {
	case a != nil && (!a.optional || v.input != nil):
		return a.Vertex
	case a == nil && len(v.syms) == 1 && len(v.arcs) == 0:
		return ev.selectField(v.syms[0].sym, l.Name, node)
	case a != nil:
		ev.fail(node, "%s is optional in %s and not set", l, v.Path())
	case len(v.syms) > 0 || len(v.parts) > 0 || v.isStruct && len(v.scalars) > 0:
		return ev.selectField(ev.toX(v, nil), l.Name, node)
	}
	ev.undefined(node, l, v)
	return nil
}

// undefined reports a reference to a field that does not exist, with the names of those that do.
func (ev *Evaluator) undefined(node positioned, l Label, v *Vertex) {
	var names []string
	if v.input != nil {
		for _, f := range v.input.Type.Fields {
			names = append(names, f.Name)
		}
	}
	for _, a := range v.arcs {
		names = append(names, a.Label.Name)
	}
	ev.noField(node, l.String(), v.Path(), names)
}

func (ev *Evaluator) noField(node positioned, name, in string, names []string) {
	hint := ""
	if n := spell.Nearest(name, names); n != "" {
		hint = "did you mean " + strconv.Quote(n) + "?"
	}
	if in == "plan.params" && hint == "" {
		hint = "inside of a plan, params are those of the plan; write let P = params at file level and P." + name + " here"
	}
	if in == "" {
		in = "the struct"
	}
	ev.refuse(node, hint, "%s has no field %s", in, name)
}

// selectField selects a field of a symbolic value.
func (ev *Evaluator) selectField(x *expr.X, name string, node ast.Node) *expr.X {
	if o, ok := x.Lit.(*expr.Object); ok {
		if v, ok := o.Vals[name]; ok {
			return expr.Lit(v)
		}
	}
	if x.Op == expr.OpObj {
		if v := partOf(x, name); v != nil {
			return v
		}
	}
	t := expr.TAny
	switch x.Type.Kind {
	case expr.Struct:
		f := x.Type.Field(name)
		if f == nil {
			var names []string
			for _, f := range x.Type.Fields {
				names = append(names, f.Name)
			}
			ev.noField(node, name, x.CEL(), names)
		}
		t = f.Type
	case expr.Map:
		t = x.Type.Elem
	case expr.Any:
	default:
		ev.fail(node, "cannot select %s from a value of type %s", name, x.Type.Kind)
	}
	return expr.Sel(x, name, t)
}

// partOf returns the value of a field that an object expression has without condition.
func partOf(x *expr.X, name string) *expr.X {
	var out *expr.X
	for _, p := range x.Parts {
		if p.Key == nil || !p.Key.IsLit() {
			return nil // may contribute to the same field
		}
		if p.Key.Lit == name && len(p.Clauses) == 0 {
			out = p.Val
		}
	}
	return out
}

func (ev *Evaluator) index(x *ast.IndexExpr, sc *Scope) any {
	base := ev.base(x.X, sc)
	i := ev.compile(x.Index, sc)
	switch b := base.(type) {
	case *Vertex:
		b.expand()
		switch k := i.Lit.(type) {
		case string:
			return ev.selectFrom(b, Label{Name: k}, x)
		case json.Number:
			if n, err := strconv.Atoi(k.String()); err == nil && len(b.lists) > 0 && len(b.syms)+len(b.scalars) == 0 {
				return ev.element(b, n, x)
			}
		}
		return ev.indexX(ev.toX(b, nil), i, x)
	case *expr.X:
		return ev.indexX(b, i, x)
	}
	ev.fail(x, "cannot index this value")
	return nil
}

func (ev *Evaluator) indexX(x, i *expr.X, node ast.Node) *expr.X {
	t := expr.TAny
	switch x.Type.Kind {
	case expr.List:
		ev.want(i, node, expr.Int)
		t = x.Type.Elem
	case expr.Map:
		ev.want(i, node, expr.String)
		t = x.Type.Elem
	case expr.Struct:
		ev.want(i, node, expr.String)
		if s, ok := i.Lit.(string); ok {
			return ev.selectField(x, s, node)
		}
	case expr.Any:
	default:
		ev.fail(node, "cannot index a value of type %s", x.Type.Kind)
	}
	if x.IsLit() && i.IsLit() {
		if v, ok := ev.static(expr.CUE(x.Lit)+"["+expr.CUE(i.Lit)+"]", node); ok {
			return expr.Lit(v)
		}
	}
	return expr.Idx(x, i, t)
}

// element is element n of a list literal. In `[if c {x}, y][0]` it is a conditional expression.
func (ev *Evaluator) element(v *Vertex, n int, node ast.Node) any {
	items := prune(ev.listItems(v, ev.pc), ev.pc)
	type alternative struct {
		when guard
		x    *expr.X
	}
	var alts []alternative
	for i, it := range items {
		if len(it.clauses) == 0 {
			if len(alts) == 0 && i < n {
				continue
			}
			if i-len(alts) != n || len(alts) > 1 && n > 0 {
				break
			}
			if len(alts) == 0 {
				return it.value
			}
			out := ev.toX(it.value, nil)
			for j := len(alts) - 1; j >= 0; j-- {
				out = expr.If(alts[j].when.X(), alts[j].x, out)
			}
			return out
		}
		when, ok := onlyConditions(it.clauses)
		if !ok || i-len(alts) != n {
			break
		}
		alts = append(alts, alternative{when, ev.toX(it.value, when)})
	}
	return ev.indexX(ev.toX(v, nil), expr.LitInt(int64(n)), node)
}

func onlyConditions(clauses []expr.Clause) (guard, bool) {
	var g guard
	for _, c := range clauses {
		if c.Src != nil {
			return nil, false
		}
		g = g.and(atomsOf(c.Cond)...)
	}
	return g, true
}

// valueOf evaluates any expression to a vertex.
func (ev *Evaluator) valueOf(x ast.Expr, sc *Scope) *Vertex {
	switch y := x.(type) {
	case *ast.ParenExpr:
		return ev.valueOf(y.X, sc)
	case *ast.Ident, *ast.SelectorExpr, *ast.IndexExpr:
		switch r := ev.resolve(x, sc).(type) {
		case *Vertex:
			return r
		case *expr.X:
			return ev.constant(r)
		}
	case *ast.CallExpr, *ast.Interpolation:
		return ev.constant(ev.compile(x, sc))
	}
	return ev.anonymous(sc, x)
}
