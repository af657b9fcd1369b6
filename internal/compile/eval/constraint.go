package eval

import (
	"encoding/json"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/expr"
)

// intBounds are the bounds of CUE's sized integers; "" where every 64 bit integer fits.
var intBounds = map[string][2]json.Number{
	"int8": {"-128", "127"}, "int16": {"-32768", "32767"}, "int32": {"-2147483648", "2147483647"}, "int64": {},
	"uint8": {"0", "255"}, "uint16": {"0", "65535"}, "uint32": {"0", "4294967295"}, "uint": {"0", ""}, "uint64": {"0", ""},
	"rune": {"0", "1114111"},
}

// constraint is "x satisfies the constraint e" as a condition, nil if it always does; and the type that this implies.
func (ev *Evaluator) constraint(e ast.Expr, sc *Scope, x *expr.X) (*expr.X, *expr.Type) {
	switch y := e.(type) {
	case *ast.ParenExpr:
		return ev.constraint(y.X, sc, x)
	case *ast.BinaryExpr:
		return ev.combined(y, sc, x)
	case *ast.UnaryExpr:
		return ev.bound(y, sc, x)
	case *ast.Ident, *ast.SelectorExpr:
		return ev.named(e, sc, x)
	case *ast.BasicLit, *ast.Interpolation:
		v := ev.compile(e, sc)
		return equals(x, v), v.Type
	case *ast.CallExpr:
		if c, ok := ev.choice(y, sc, x); ok {
			return c, nil
		}
		if ev.isValue(y, sc) {
			v := ev.compile(y, sc)
			return equals(x, v), v.Type
		}
		if f, ok := ev.function(y, sc); ok {
			return ev.validator(f, y.Args, y, sc, x), nil
		}
	case *ast.StructLit: // {int}
		if len(y.Elts) == 1 {
			if em, ok := y.Elts[0].(*ast.EmbedDecl); ok {
				return ev.constraint(em.Expr, &Scope{up: sc}, x)
			}
		}
	}
	ev.fail(e, "a value that depends on inputs cannot be constrained by %s", abbreviate(ev.format(e)))
	return nil, nil
}

// isValue says whether a call yields a value, and not a constraint on one.
func (ev *Evaluator) isValue(y *ast.CallExpr, sc *Scope) bool {
	switch name := ev.functionName(y, sc); name {
	case "len", "div", "mod", "quo", "rem":
		return true
	default:
		f := expr.Lookup(name)
		return f != nil && len(f.Args) == len(y.Args)
	}
}

func (ev *Evaluator) combined(y *ast.BinaryExpr, sc *Scope, x *expr.X) (*expr.X, *expr.Type) {
	a, ta := ev.constraint(y.X, sc, x)
	switch y.Op {
	case token.AND:
		narrowed := x
		if x.Type.Kind == expr.Any && ta != nil {
			c := *x
			c.Type = ta
			narrowed = &c
		}
		b, tb := ev.constraint(y.Y, sc, narrowed)
		if ta == nil {
			ta = tb
		}
		return expr.And(a, b), ta
	case token.OR:
		b, tb := ev.constraint(y.Y, sc, x)
		if ta == nil || tb == nil {
			return expr.Or(a, b), nil
		}
		return expr.Or(a, b), expr.Join(ta, tb)
	default:
		v := ev.compile(y, sc)
		return equals(x, v), v.Type
	}
}

// equals is x == v, where values of different types are different.
func equals(x, v *expr.X) *expr.X {
	if x.Type.Kind == expr.Num && v.Type.Kind == expr.Int || x.Type.Kind == expr.Int && v.Type.Kind == expr.Num {
		return expr.And(expr.IsType(map[expr.Kind]string{expr.Int: "int", expr.Num: "float"}[v.Type.Kind], x), expr.Compare("==", x, v))
	}
	return expr.Equal(x, v)
}

// bound is a comparison: >=1, !="", =~"^a".
func (ev *Evaluator) bound(y *ast.UnaryExpr, sc *Scope, x *expr.X) (*expr.X, *expr.Type) {
	switch y.Op {
	case token.MUL:
		return ev.constraint(y.X, sc, x)
	case token.SUB, token.ADD, token.NOT:
		v := ev.compile(y, sc)
		return equals(x, v), v.Type
	default:
		return ev.comparison(y, ev.compile(y.X, sc), x)
	}
}

// comparison is a bound with its limit.
func (ev *Evaluator) comparison(y *ast.UnaryExpr, limit, x *expr.X) (*expr.X, *expr.Type) {
	switch y.Op {
	case token.LSS, token.LEQ, token.GTR, token.GEQ:
		name := map[expr.Kind]string{expr.Int: "number", expr.Num: "number", expr.String: "string"}[limit.Type.Kind]
		if name == "" {
			ev.fail(y, "a bound must be a number or a string, not %s", limit.Type.Kind)
		}
		if x.Type.Kind == expr.Any {
			return expr.And(expr.IsType(name, x), expr.Compare(y.Op.String(), x, limit)), nil
		}
		if (name == "number") != x.Type.Kind.Numeric() || name == "string" && x.Type.Kind != expr.String {
			return expr.Lit(false), nil
		}
		return expr.Compare(y.Op.String(), x, limit), nil
	case token.NEQ:
		return ev.notEqual(x, limit), nil
	case token.MAT, token.NMAT:
		ev.want(limit, y.X, expr.String)
		if x.Type.Kind != expr.String && x.Type.Kind != expr.Any {
			return expr.Lit(false), expr.TString
		}
		m := expr.Matches(x, limit)
		if y.Op == token.NMAT {
			m = expr.Not(m)
		}
		if x.Type.Kind == expr.Any {
			m = expr.And(expr.IsType("string", x), m)
		}
		return m, expr.TString
	default:
		ev.fail(y, "unsupported operator %s", y.Op)
		return nil, nil
	}
}

// notEqual is CUE's !=limit, which demands a value of the same type, except for null.
func (ev *Evaluator) notEqual(x, limit *expr.X) *expr.X {
	if x.Type.Kind != expr.Any || limit.Type.Kind == expr.Null {
		return expr.Not(expr.Equal(x, limit))
	}
	name := map[expr.Kind]string{expr.Int: "number", expr.Num: "number", expr.String: "string", expr.Bool: "bool"}[limit.Type.Kind]
	if name == "" {
		ev.fail(nil, "unsupported bound !=%s", limit.CEL())
	}
	return expr.And(expr.IsType(name, x), expr.Not(expr.Equal(x, limit)))
}

// named is a constraint by reference: a builtin type, a validator without arguments, or another field.
func (ev *Evaluator) named(e ast.Expr, sc *Scope, x *expr.X) (*expr.X, *expr.Type) {
	if id, ok := e.(*ast.Ident); ok && id.Name == "_" {
		return nil, nil
	}
	switch r := ev.resolve(e, sc).(type) {
	case builtinType:
		return ev.hasType(string(r), x)
	case builtinFunction:
		return ev.validator(r, nil, e, sc, x), nil
	case *expr.X:
		return equals(x, r), r.Type
	case *Vertex:
		return ev.likeVertex(r, x)
	}
	ev.fail(e, "unsupported constraint %s", ev.format(e))
	return nil, nil
}

func (ev *Evaluator) likeVertex(v *Vertex, x *expr.X) (*expr.X, *expr.Type) {
	if in := ev.inputs[v]; in != nil {
		v = in
	}
	v.expand()
	switch {
	case len(v.syms) > 0 || v.input != nil:
		y := ev.toX(v, nil)
		return equals(x, y), y.Type
	case v.isStruct || len(v.lists) > 0:
		want := map[bool]string{true: "struct", false: "list"}[v.isStruct]
		// what is inside is compared with CUE by translation validation
		switch k := x.Type.Kind; {
		case k == expr.Any:
			return expr.IsType(want, x), nil
		case (k == expr.Struct || k == expr.Map) == v.isStruct && (k == expr.List) != v.isStruct:
			return nil, nil
		}
		return expr.Lit(false), nil
	}
	var out *expr.X
	var t *expr.Type
	for _, cj := range v.scalars {
		c, ct := ev.constraint(cj.expr, cj.scope, x)
		out = expr.And(out, c)
		if t == nil {
			t = ct
		}
	}
	return out, t
}

// hasType is a constraint by a builtin type.
func (ev *Evaluator) hasType(name string, x *expr.X) (*expr.X, *expr.Type) {
	known := x.Type.Kind
	is := func(t *expr.Type, holds bool) (*expr.X, *expr.Type) {
		switch {
		case holds:
			return nil, t
		case known == expr.Any || known == expr.Num && (name == "int" || name == "float"):
			return expr.IsType(name, x), t
		}
		return expr.Lit(false), t
	}
	switch name {
	case "string":
		return is(expr.TString, known == expr.String)
	case "bool":
		return is(expr.TBool, known == expr.Bool)
	case "number":
		return is(expr.TNum, known.Numeric())
	case "float":
		return is(expr.TNum, false)
	case "true", "false":
		return equals(x, expr.Lit(name == "true")), expr.TBool
	case "null":
		return equals(x, expr.Lit(nil)), expr.TNull
	case "bytes":
		return is(expr.TBytes, known == expr.Bytes)
	}
	var out *expr.X
	if known == expr.Num || known == expr.Any {
		out = expr.IsType("int", x)
	} else if known != expr.Int {
		return expr.Lit(false), expr.TInt
	}
	n := x
	if known != expr.Int {
		c := *x
		c.Type = expr.TInt
		n = &c
	}
	b, ok := intBounds[name]
	if !ok && name != "int" {
		ev.fail(nil, "values of type %s are not supported", name)
	}
	if b[0] != "" {
		out = expr.And(out, expr.Compare(">=", n, expr.Lit(b[0])))
	}
	if b[1] != "" {
		out = expr.And(out, expr.Compare("<=", n, expr.Lit(b[1])))
	}
	return out, expr.TInt
}

// validator is a builtin function used as a constraint: strings.MinRunes(1).
func (ev *Evaluator) validator(f builtinFunction, args []ast.Expr, node ast.Node, sc *Scope, x *expr.X) *expr.X {
	all := []*expr.X{x}
	for _, a := range args {
		all = append(all, ev.compile(a, sc))
	}
	fn := ev.runtimeFunction(f.String(), node)
	if fn.Result.Kind != expr.Bool || len(fn.Args) != len(all) {
		ev.fail(node, "%s cannot be used as a constraint", f)
	}
	for i, k := range fn.Args {
		if i > 0 || x.Type.Kind != expr.Any {
			ev.want(all[i], node, k)
		}
	}
	out := fn.Apply(all)
	if x.Type.Kind == expr.Any && fn.Args[0] != expr.Any {
		out = expr.And(expr.IsType(fn.Args[0].String(), x), out)
	}
	return out
}

// IntRange is the range of a builtin integer type.
func IntRange(name string) (lo, hi *int64) {
	b := intBounds[name]
	if v, err := b[0].Int64(); err == nil {
		lo = &v
	}
	if v, err := b[1].Int64(); err == nil {
		hi = &v
	}
	return lo, hi
}
