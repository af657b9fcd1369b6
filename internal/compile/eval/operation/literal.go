package operation

import (
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/literal"
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/eval/vertex"
	"github.com/kudoc/kudoc/internal/compile/expr"
)

func (c *Compiler) basicLit(y *ast.BasicLit) *expr.X {
	if y.Kind == token.STRING && !strings.HasPrefix(strings.TrimLeft(y.Value, "#"), "'") {
		s, err := literal.Unquote(y.Value)
		if err != nil {
			c.Fail(y, "%v", err)
		}
		return expr.Lit(s)
	}
	v, ok := c.Fold(y.Value, y)
	if !ok {
		c.Fail(y, "invalid literal %s", y.Value)
	}
	return expr.Lit(v)
}

func (c *Compiler) interpolation(y *ast.Interpolation, sc *vertex.Scope) *expr.X {
	first, ok1 := y.Elts[0].(*ast.BasicLit)
	last, ok2 := y.Elts[len(y.Elts)-1].(*ast.BasicLit)
	if !ok1 || !ok2 {
		c.Fail(y, "invalid interpolation")
	}
	quote, start, _, err := literal.ParseQuotes(first.Value, last.Value)
	if err != nil {
		c.Fail(y, "%v", err)
	}
	if !quote.IsDouble() {
		c.Refuse(y, "use a string", "interpolations of bytes are not supported")
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
				c.Fail(l, "%v", err)
			}
			parts = append(parts, expr.Lit(u))
			continue
		}
		parts = append(parts, c.interpolated(el, sc))
	}
	return expr.Concat(parts...)
}

func (c *Compiler) interpolated(el ast.Expr, sc *vertex.Scope) *expr.X {
	x := c.Compile(el, sc)
	if x.IsLit() && (x.Type.Kind == expr.Num || x.Type.Kind == expr.Bytes) {
		v, ok := c.Fold(`"\(`+expr.CUE(x.Lit)+`)"`, el)
		if ok {
			return expr.Lit(v)
		}
	}
	s := expr.Interpolated(x)
	if s == nil {
		c.Fail(el, "a value of type %s cannot stand in a string", x.Type.Kind)
	}
	return s
}
