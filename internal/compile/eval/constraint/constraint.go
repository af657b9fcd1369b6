package constraint

import (
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/eval/guard"
	"github.com/kudoc/kudoc/internal/compile/eval/operation"
	"github.com/kudoc/kudoc/internal/compile/eval/syntax"
	"github.com/kudoc/kudoc/internal/compile/eval/vertex"
	"github.com/kudoc/kudoc/internal/compile/expr"
)

// Vertices is what constraints ask about the vertices that they refer to.
type Vertices interface {
	// Resolve is what a reference means: a *vertex.Vertex, an *expr.X, or one of the builtin things.
	Resolve(x ast.Expr, sc *vertex.Scope) any
	// Evaluate is an expression as a vertex: the one that it refers to, or one of its own.
	Evaluate(x ast.Expr, sc *vertex.Scope) *vertex.Vertex
	// Value is the value of a vertex where pc holds, in addition to what is known.
	Value(v *vertex.Vertex, pc guard.Guard) *expr.X
}

// Checker turns the constraints of one framework into conditions.
type Checker struct {
	*operation.Compiler

	vertices Vertices
}

// New makes a Checker whose limits and arguments a compiler compiles. Whoever answers its questions may depend on the
// Checker itself.
func New(c *operation.Compiler, vertices Vertices) *Checker {
	return &Checker{Compiler: c, vertices: vertices}
}

// Constraint is "x satisfies the constraint e" as a condition, nil if it always does; and the type that this implies.
func (c *Checker) Constraint(e ast.Expr, sc *vertex.Scope, x *expr.X) (*expr.X, *expr.Type) {
	switch y := e.(type) {
	case *ast.ParenExpr:
		return c.Constraint(y.X, sc, x)
	case *ast.BinaryExpr:
		return c.combined(y, sc, x)
	case *ast.UnaryExpr:
		return c.bound(y, sc, x)
	case *ast.Ident, *ast.SelectorExpr:
		return c.named(e, sc, x)
	case *ast.BasicLit, *ast.Interpolation:
		v := c.Compile(e, sc)
		return equals(x, v), v.Type
	case *ast.CallExpr:
		if cond, ok := c.choice(y, sc, x); ok {
			return cond, nil
		}
		if c.IsValue(y, sc) {
			v := c.Compile(y, sc)
			return equals(x, v), v.Type
		}
		if f, ok := c.Function(y, sc); ok {
			return c.validator(f, y.Args, y, sc, x), nil
		}
	case *ast.StructLit: // {int}
		if len(y.Elts) == 1 {
			if em, ok := y.Elts[0].(*ast.EmbedDecl); ok {
				return c.Constraint(em.Expr, sc, x)
			}
		}
	}
	c.Fail(e, "a value that depends on inputs cannot be constrained by %s", syntax.Abbreviate(syntax.Format(e)))
	return nil, nil
}

// IsValue says whether a call yields a value, and not a constraint on one.
func (c *Checker) IsValue(y *ast.CallExpr, sc *vertex.Scope) bool {
	switch name := c.FunctionName(y, sc); name {
	case "len", "div", "mod", "quo", "rem":
		return true
	default:
		f := expr.Lookup(name)
		return f != nil && len(f.Args) == len(y.Args)
	}
}

func (c *Checker) combined(y *ast.BinaryExpr, sc *vertex.Scope, x *expr.X) (*expr.X, *expr.Type) {
	if values := x.Type.Values; y.Op == token.OR && len(values) > 0 {
		if options, ok := c.StringOptions(y, sc); ok {
			switch n := among(values, options); {
			case n == len(values):
				return nil, expr.TString
			case n == 0:
				return expr.Lit(false), expr.TString
			}
		}
	}
	a, ta := c.Constraint(y.X, sc, x)
	switch y.Op {
	case token.AND:
		narrowed := x
		if x.Type.Kind == expr.Any && ta != nil {
			y := *x
			y.Type = ta
			narrowed = &y
		}
		b, tb := c.Constraint(y.Y, sc, narrowed)
		if ta == nil {
			ta = tb
		}
		return expr.And(a, b), ta
	case token.OR:
		b, tb := c.Constraint(y.Y, sc, x)
		if ta == nil || tb == nil {
			return expr.Or(a, b), nil
		}
		return expr.Or(a, b), expr.Join(ta, tb)
	default:
		v := c.Compile(y, sc)
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
func (c *Checker) bound(y *ast.UnaryExpr, sc *vertex.Scope, x *expr.X) (*expr.X, *expr.Type) {
	switch y.Op {
	case token.MUL:
		return c.Constraint(y.X, sc, x)
	case token.SUB, token.ADD, token.NOT:
		v := c.Compile(y, sc)
		return equals(x, v), v.Type
	default:
		return c.comparison(y, c.Compile(y.X, sc), x)
	}
}

// comparison is a bound with its limit.
func (c *Checker) comparison(y *ast.UnaryExpr, limit, x *expr.X) (*expr.X, *expr.Type) {
	switch y.Op {
	case token.LSS, token.LEQ, token.GTR, token.GEQ:
		name := map[expr.Kind]string{expr.Int: "number", expr.Num: "number", expr.String: "string"}[limit.Type.Kind]
		if name == "" {
			c.Fail(y, "a bound must be a number or a string, not %s", limit.Type.Kind)
		}
		if x.Type.Kind == expr.Any {
			return expr.And(expr.IsType(name, x), expr.Compare(y.Op.String(), x, limit)), nil
		}
		if (name == "number") != x.Type.Kind.Numeric() || name == "string" && x.Type.Kind != expr.String {
			return expr.Lit(false), nil
		}
		return expr.Compare(y.Op.String(), x, limit), nil
	case token.NEQ:
		return c.notEqual(x, limit), nil
	case token.MAT, token.NMAT:
		c.Want(limit, y.X, expr.String)
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
		c.Fail(y, "unsupported operator %s", y.Op)
		return nil, nil
	}
}

// notEqual is CUE's !=limit, which demands a value of the same type, except for null.
func (c *Checker) notEqual(x, limit *expr.X) *expr.X {
	if x.Type.Kind != expr.Any || limit.Type.Kind == expr.Null {
		return expr.Not(expr.Equal(x, limit))
	}
	name := map[expr.Kind]string{expr.Int: "number", expr.Num: "number", expr.String: "string", expr.Bool: "bool"}[limit.Type.Kind]
	if name == "" {
		c.Fail(nil, "unsupported bound !=%s", limit.CEL())
	}
	return expr.And(expr.IsType(name, x), expr.Not(expr.Equal(x, limit)))
}

// named is a constraint by reference: a builtin type, a validator without arguments, or another field.
func (c *Checker) named(e ast.Expr, sc *vertex.Scope, x *expr.X) (*expr.X, *expr.Type) {
	if id, ok := e.(*ast.Ident); ok && id.Name == "_" {
		return nil, nil
	}
	switch r := c.vertices.Resolve(e, sc).(type) {
	case vertex.BuiltinType:
		return c.hasType(string(r), x)
	case vertex.BuiltinFunction:
		return c.validator(r, nil, e, sc, x), nil
	case *expr.X:
		return equals(x, r), r.Type
	case *vertex.Vertex:
		return c.likeVertex(r, x)
	}
	c.Fail(e, "unsupported constraint %s", syntax.Format(e))
	return nil, nil
}

func (c *Checker) likeVertex(v *vertex.Vertex, x *expr.X) (*expr.X, *expr.Type) {
	v = v.Deref()
	is := v.Expand()
	switch {
	case len(is.Syms) > 0 || v.Input != nil:
		y := c.vertices.Value(v, nil)
		return equals(x, y), y.Type
	case is.IsStruct || len(is.Lists) > 0:
		want := map[bool]string{true: "struct", false: "list"}[is.IsStruct]
		// what is inside is compared with CUE by translation validation
		switch k := x.Type.Kind; {
		case k == expr.Any:
			return expr.IsType(want, x), nil
		case (k == expr.Struct || k == expr.Map) == is.IsStruct && (k == expr.List) != is.IsStruct:
			return nil, nil
		}
		return expr.Lit(false), nil
	}
	var out *expr.X
	var t *expr.Type
	for _, cj := range is.Scalars {
		cond, implied := c.Constraint(cj.Expr, cj.Scope, x)
		out = expr.And(out, cond)
		if t == nil {
			t = implied
		}
	}
	return out, t
}

// validator is a builtin function used as a constraint: strings.MinRunes(1).
func (c *Checker) validator(f vertex.BuiltinFunction, args []ast.Expr, node ast.Node, sc *vertex.Scope, x *expr.X) *expr.X {
	all := []*expr.X{x}
	for _, a := range args {
		all = append(all, c.Compile(a, sc))
	}
	fn := c.RuntimeFunction(f.String(), node)
	if fn.Result.Kind != expr.Bool || len(fn.Args) != len(all) {
		c.Fail(node, "%s cannot be used as a constraint", f)
	}
	for i, k := range fn.Args {
		if i > 0 || x.Type.Kind != expr.Any {
			c.Want(all[i], node, k)
		}
	}
	out := fn.Constraint().Apply(all)
	if x.Type.Kind == expr.Any && fn.Args[0] != expr.Any {
		out = expr.And(expr.IsType(fn.Args[0].String(), x), out)
	}
	return out
}
