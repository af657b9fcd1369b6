package operation

import (
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/eval/syntax"
	"github.com/kudoc/kudoc/internal/compile/eval/vertex"
	"github.com/kudoc/kudoc/internal/compile/expr"
)

func (c *Compiler) unary(y *ast.UnaryExpr, sc *vertex.Scope) *expr.X {
	switch y.Op {
	case token.NOT:
		x := c.Compile(y.X, sc)
		c.Want(x, y.X, expr.Bool)
		return expr.Not(x)
	case token.ADD:
		x := c.Compile(y.X, sc)
		c.Want(x, y.X, expr.Int, expr.Num)
		return x
	case token.SUB:
		if l, ok := y.X.(*ast.BasicLit); ok { // -9223372036854775808 fits in 64 bits, the literal alone does not
			if v, ok := c.Fold("-"+l.Value, y); ok {
				return expr.Lit(v)
			}
		}
		x := c.Compile(y.X, sc)
		c.Want(x, y.X, expr.Int, expr.Num)
		if x.IsLit() {
			v, _ := c.Fold("-"+expr.CUE(x.Lit), y)
			return expr.Lit(v)
		}
		if x.Type.Kind != expr.Int {
			c.notInteger(y)
		}
		return expr.Negative(x)
	default:
		c.Fail(y, "a bound (%s) is not a value", syntax.Format(y))
		return nil
	}
}

func (c *Compiler) notInteger(node ast.Node) {
	c.Refuse(node, "use integers, in a smaller unit if needed", "arithmetic on numbers that may not be integers is not supported: CUE computes with decimals")
}

func (c *Compiler) binary(y *ast.BinaryExpr, sc *vertex.Scope) *expr.X {
	if _, ok := y.Y.(*ast.BottomLit); ok && (y.Op == token.EQL || y.Op == token.NEQ) {
		return c.presence(y, sc)
	}
	if y.Op == token.AND || y.Op == token.OR {
		return c.vertices.Value(c.Anonymous(y, sc), nil)
	}
	a, b := c.Compile(y.X, sc), c.Compile(y.Y, sc)
	op := y.Op.String()
	if a.IsLit() && b.IsLit() {
		v, ok := c.Fold("("+expr.CUE(a.Lit)+") "+op+" ("+expr.CUE(b.Lit)+")", y)
		if !ok {
			c.Fail(y, "cannot compute %s", syntax.Abbreviate(syntax.Format(y)))
		}
		return expr.Lit(v)
	}
	switch y.Op {
	case token.ADD, token.SUB, token.MUL:
		return c.arithmetic(y, a, b)
	case token.QUO:
		c.Refuse(y, "use div(a, b), or round where you divide integers: math.Ceil(a / b)", "/ yields a decimal in CUE, which is not supported")
	case token.EQL:
		return expr.Equal(a, b)
	case token.NEQ:
		return expr.Not(expr.Equal(a, b))
	case token.LSS, token.LEQ, token.GTR, token.GEQ:
		ka, kb := a.Type.Kind, b.Type.Kind
		if !(ka == expr.String && kb == expr.String || ka.Numeric() && kb.Numeric()) {
			if ka == expr.Any || kb == expr.Any {
				c.Refuse(y, "say what it is: (x & int) or (x & string)", "cannot compare values of which the type is not known")
			}
			c.Fail(y, "cannot compare %s with %s", ka, kb)
		}
		return expr.Compare(op, a, b)
	case token.LAND, token.LOR:
		c.Want(a, y.X, expr.Bool)
		c.Want(b, y.Y, expr.Bool)
		if y.Op == token.LAND {
			return expr.And(a, b)
		}
		return expr.Or(a, b)
	case token.MAT, token.NMAT:
		c.Want(a, y.X, expr.String)
		c.Want(b, y.Y, expr.String)
		m := expr.Matches(a, b)
		if y.Op == token.NMAT {
			m = expr.Not(m)
		}
		return m
	default:
		c.Fail(y, "unsupported operator %s", op)
	}
	return nil
}

// presence is x != _|_ or x == _|_.
func (c *Compiler) presence(y *ast.BinaryExpr, sc *vertex.Scope) *expr.X {
	present := c.vertices.Present(y.X, sc)
	if y.Op == token.EQL {
		return expr.Not(present)
	}
	return present
}

func (c *Compiler) arithmetic(y *ast.BinaryExpr, a, b *expr.X) *expr.X {
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
		c.notInteger(y)
	}
	c.Fail(y, "%s cannot be applied to %s and %s", y.Op, ka, kb)
	return nil
}
