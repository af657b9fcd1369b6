package eval

import (
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/literal"
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/expr"
)

// compile turns a CUE expression into one over the inputs.
func (ev *Evaluator) compile(x ast.Expr, sc *Scope) *expr.X {
	switch y := x.(type) {
	case *ast.ParenExpr:
		return ev.compile(y.X, sc)
	case *ast.BasicLit:
		return ev.basicLit(y)
	case *ast.Interpolation:
		return ev.interpolation(y, sc)
	case *ast.UnaryExpr:
		return ev.unary(y, sc)
	case *ast.BinaryExpr:
		return ev.binary(y, sc)
	case *ast.CallExpr:
		return ev.call(y, sc)
	case *ast.Ident, *ast.SelectorExpr, *ast.IndexExpr:
		return ev.reference(x, sc)
	case *ast.SliceExpr:
		return ev.slice(y, sc)
	case *ast.ListLit, *ast.StructLit:
		return ev.toX(ev.anonymous(sc, x), nil)
	}
	ev.fail(x, "unsupported expression: %s", describe(x))
	return nil
}

func (ev *Evaluator) reference(x ast.Expr, sc *Scope) *expr.X {
	switch r := ev.resolve(x, sc).(type) {
	case *expr.X:
		return r
	case *Vertex:
		return ev.referenced(r)
	case builtinType:
		switch r {
		case "true", "false":
			return expr.Lit(r == "true")
		case "null":
			return expr.Lit(nil)
		}
		ev.fail(x, "%s is a type, not a value", r)
	}
	ev.fail(x, "%s is not a value", ev.format(x))
	return nil
}

func (ev *Evaluator) basicLit(y *ast.BasicLit) *expr.X {
	if y.Kind == token.STRING && !strings.HasPrefix(strings.TrimLeft(y.Value, "#"), "'") {
		s, err := literal.Unquote(y.Value)
		if err != nil {
			ev.fail(y, "%v", err)
		}
		return expr.Lit(s)
	}
	v, ok := ev.static(y.Value, y)
	if !ok {
		ev.fail(y, "invalid literal %s", y.Value)
	}
	return expr.Lit(v)
}

func (ev *Evaluator) interpolation(y *ast.Interpolation, sc *Scope) *expr.X {
	first, ok1 := y.Elts[0].(*ast.BasicLit)
	last, ok2 := y.Elts[len(y.Elts)-1].(*ast.BasicLit)
	if !ok1 || !ok2 {
		ev.fail(y, "invalid interpolation")
	}
	quote, start, _, err := literal.ParseQuotes(first.Value, last.Value)
	if err != nil {
		ev.fail(y, "%v", err)
	}
	if !quote.IsDouble() {
		ev.refuse(y, "use a string", "interpolations of bytes are not supported")
	}
	var parts []*expr.X
	for i, el := range y.Elts {
		if l, ok := el.(*ast.BasicLit); ok && i%2 == 0 {
			s := l.Value
			if i == 0 {
				s = s[start:]
			} else {
				s = strings.TrimPrefix(s, ")")
			}
			u, err := quote.Unquote(s)
			if err != nil {
				ev.fail(l, "%v", err)
			}
			parts = append(parts, expr.Lit(u))
			continue
		}
		parts = append(parts, ev.interpolated(el, sc))
	}
	return expr.Concat(parts...)
}

func (ev *Evaluator) interpolated(el ast.Expr, sc *Scope) *expr.X {
	x := ev.compile(el, sc)
	if x.IsLit() && (x.Type.Kind == expr.Num || x.Type.Kind == expr.Bytes) {
		v, ok := ev.static(`"\(`+expr.CUE(x.Lit)+`)"`, el)
		if ok {
			return expr.Lit(v)
		}
	}
	s := expr.Interpolated(x)
	if s == nil {
		ev.fail(el, "a value of type %s cannot stand in a string", x.Type.Kind)
	}
	return s
}

func (ev *Evaluator) unary(y *ast.UnaryExpr, sc *Scope) *expr.X {
	switch y.Op {
	case token.NOT:
		x := ev.compile(y.X, sc)
		ev.want(x, y.X, expr.Bool)
		return expr.Not(x)
	case token.ADD:
		x := ev.compile(y.X, sc)
		ev.want(x, y.X, expr.Int, expr.Num)
		return x
	case token.SUB:
		if l, ok := y.X.(*ast.BasicLit); ok { // -9223372036854775808 fits in 64 bits, the literal alone does not
			if v, ok := ev.static("-"+l.Value, y); ok {
				return expr.Lit(v)
			}
		}
		x := ev.compile(y.X, sc)
		ev.want(x, y.X, expr.Int, expr.Num)
		if x.IsLit() {
			v, _ := ev.static("-"+expr.CUE(x.Lit), y)
			return expr.Lit(v)
		}
		if x.Type.Kind != expr.Int {
			ev.notInteger(y)
		}
		return expr.Negative(x)
	default:
		ev.fail(y, "a bound (%s) is not a value", ev.format(y))
		return nil
	}
}

func (ev *Evaluator) notInteger(node ast.Node) {
	ev.refuse(node, "use integers, in a smaller unit if needed", "arithmetic on numbers that may not be integers is not supported: CUE computes with decimals")
}

func (ev *Evaluator) binary(y *ast.BinaryExpr, sc *Scope) *expr.X {
	if _, ok := y.Y.(*ast.BottomLit); ok && (y.Op == token.EQL || y.Op == token.NEQ) {
		return ev.condition(y, sc)
	}
	if y.Op == token.AND || y.Op == token.OR {
		return ev.toX(ev.anonymous(sc, y), nil)
	}
	a, b := ev.compile(y.X, sc), ev.compile(y.Y, sc)
	op := y.Op.String()
	if a.IsLit() && b.IsLit() {
		v, ok := ev.static("("+expr.CUE(a.Lit)+") "+op+" ("+expr.CUE(b.Lit)+")", y)
		if !ok {
			ev.fail(y, "cannot compute %s", abbreviate(ev.format(y)))
		}
		return expr.Lit(v)
	}
	switch y.Op {
	case token.ADD, token.SUB, token.MUL:
		return ev.arithmetic(y, a, b)
	case token.QUO:
		ev.refuse(y, "use div()", "/ yields a decimal in CUE, which is not supported")
	case token.EQL:
		return expr.Equal(a, b)
	case token.NEQ:
		return expr.Not(expr.Equal(a, b))
	case token.LSS, token.LEQ, token.GTR, token.GEQ:
		ka, kb := a.Type.Kind, b.Type.Kind
		if !(ka == expr.String && kb == expr.String || ka.Numeric() && kb.Numeric()) {
			ev.fail(y, "cannot compare %s with %s", ka, kb)
		}
		return expr.Compare(op, a, b)
	case token.LAND, token.LOR:
		ev.want(a, y.X, expr.Bool)
		ev.want(b, y.Y, expr.Bool)
		if y.Op == token.LAND {
			return expr.And(a, b)
		}
		return expr.Or(a, b)
	case token.MAT, token.NMAT:
		ev.want(a, y.X, expr.String)
		ev.want(b, y.Y, expr.String)
		m := expr.Matches(a, b)
		if y.Op == token.NMAT {
			m = expr.Not(m)
		}
		return m
	default:
		ev.fail(y, "unsupported operator %s", op)
	}
	return nil
}

func (ev *Evaluator) arithmetic(y *ast.BinaryExpr, a, b *expr.X) *expr.X {
	ka, kb := a.Type.Kind, b.Type.Kind
	switch {
	case y.Op == token.ADD && ka == expr.String && kb == expr.String:
		return expr.Concat(a, b)
	case ka == expr.Int && kb == expr.Int:
		return expr.Arithmetic(y.Op.String(), a, b)
	case y.Op == token.MUL && ka == expr.String && kb == expr.Int:
		return expr.Call("strings.Repeat", expr.TString, a, b)
	case y.Op == token.MUL && ka == expr.Int && kb == expr.String:
		return expr.Call("strings.Repeat", expr.TString, b, a)
	case ka.Numeric() && kb.Numeric():
		ev.notInteger(y)
	}
	ev.fail(y, "%s cannot be applied to %s and %s", y.Op, ka, kb)
	return nil
}

// want makes sure that an operand has one of the kinds. About a value of unknown kind the run time decides.
func (ev *Evaluator) want(x *expr.X, node ast.Node, kinds ...expr.Kind) {
	if x.Type.Kind == expr.Any {
		return
	}
	names := make([]string, len(kinds))
	for i, k := range kinds {
		if x.Type.Kind == k || k == expr.Any {
			return
		}
		names[i] = k.String()
	}
	ev.fail(node, "want %s, got %s", strings.Join(names, " or "), x.Type.Kind)
}
