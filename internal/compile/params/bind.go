package params

import (
	"math"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/eval"
	"github.com/kudoc/kudoc/internal/compile/eval/constraint"
	"github.com/kudoc/kudoc/internal/compile/eval/descent"
	"github.com/kudoc/kudoc/internal/compile/eval/vertex"
	"github.com/kudoc/kudoc/internal/compile/expr"
)

// Bind makes parameters inputs of the evaluator: from now on, a reference to a declaration is a reference to the value.
func Bind(ev *eval.Evaluator, p *Param, x *expr.X) *descent.Error {
	return ev.Try(func() {
		d := declarer{ev}
		d.narrow(p)
		x.Type = p.Type
		d.bind(p, x)
	})
}

func (d declarer) bind(p *Param, x *expr.X) {
	if p.Type.Kind != expr.Struct {
		return
	}
	p.vertex.Bind(x)
	for _, f := range p.fields {
		if f.Type.Kind == expr.Struct && f.dflt == nil {
			d.bind(f, expr.Sel(x, f.Name, f.Type))
		}
	}
}

// narrow completes types from the inside out: ranges of integers, then the fields and elements that have them.
func (d declarer) narrow(p *Param) {
	var fields []expr.Field
	for _, f := range p.fields {
		d.narrow(f)
		fields = append(fields, expr.Field{Name: f.Name, Optional: f.Optional, Type: f.Type})
	}
	if p.elem != nil {
		d.narrow(p.elem)
	}
	switch p.Type.Kind {
	case expr.Struct:
		p.Type = &expr.Type{Kind: expr.Struct, Fields: fields}
	case expr.List:
		p.Type = expr.ListOf(p.elem.Type)
	case expr.Map:
		elem := p.elem.Type
		for _, f := range fields {
			elem = expr.Join(elem, f.Type)
		}
		p.Type = expr.MapOf(elem)
	case expr.Int:
		p.Type = d.rangeOf(p)
	case expr.String:
		p.Type = d.optionsOf(p)
	default: // nothing to narrow
	}
}

// rangeOf is the type of an integer with the bounds that its constraints imply. A default may lie outside of them.
func (d declarer) rangeOf(p *Param) *expr.Type {
	t := &expr.Type{Kind: expr.Int}
	for _, c := range p.constraints {
		t = t.WithBounds(d.bounds(c))
	}
	if p.dflt == nil {
		return t
	}
	switch p.dflt.Expr.(type) {
	case *ast.BasicLit, *ast.UnaryExpr:
		if x := d.Compile(p.dflt.Expr, p.dflt.Scope); x.IsLit() {
			return expr.Join(t, x.Type)
		}
	}
	return expr.TInt
}

// optionsOf is the type of a string with the values that an enumeration allows. A computed default may be another.
func (d declarer) optionsOf(p *Param) *expr.Type {
	if p.dflt != nil {
		if l, ok := p.dflt.Expr.(*ast.BasicLit); !ok || l.Kind != token.STRING {
			return expr.TString
		}
	}
	for _, c := range p.constraints {
		if values, ok := d.StringOptions(c.Expr, c.Scope); ok {
			return expr.OneOf(values, true)
		}
	}
	return expr.TString
}

// bounds are the bounds that a constraint implies, as far as they are constants.
func (d declarer) bounds(c vertex.Conjunct) (lo, hi *int64) {
	sub := func(x ast.Expr) (lo, hi *int64) { return d.bounds(vertex.Conjunct{Expr: x, Scope: c.Scope}) }
	switch y := c.Expr.(type) {
	case *ast.ParenExpr:
		return sub(y.X)
	case *ast.BasicLit:
		if v, ok := d.Compile(c.Expr, c.Scope).Int(); ok {
			return &v, &v
		}
	case *ast.UnaryExpr:
		return d.bound(y, c.Scope)
	case *ast.BinaryExpr:
		al, ah := sub(y.X)
		bl, bh := sub(y.Y)
		t := &expr.Type{Kind: expr.Int, Lo: al, Hi: ah}
		switch y.Op {
		case token.AND:
			t = t.WithBounds(bl, bh)
			return t.Lo, t.Hi
		case token.OR:
			t = expr.Join(t, &expr.Type{Kind: expr.Int, Lo: bl, Hi: bh})
			return t.Lo, t.Hi
		default: // a computed limit
		}
	case *ast.Ident, *ast.SelectorExpr:
		return d.boundsOfReference(c)
	}
	return nil, nil
}

func (d declarer) bound(y *ast.UnaryExpr, sc *vertex.Scope) (lo, hi *int64) {
	limit := y.X
	if y.Op == token.SUB {
		limit = y
	}
	if !isNumber(limit) {
		return nil, nil
	}
	v, ok := d.Compile(limit, sc).Int()
	if !ok {
		return nil, nil
	}
	switch y.Op {
	case token.SUB:
		return &v, &v
	case token.GEQ:
		return &v, nil
	case token.LEQ:
		return nil, &v
	case token.GTR:
		if v < math.MaxInt64 {
			v++
		}
		return &v, nil
	case token.LSS:
		if v > math.MinInt64 {
			v--
		}
		return nil, &v
	default:
		return nil, nil
	}
}

// isNumber says whether an expression is a number, with or without a sign.
func isNumber(x ast.Expr) bool {
	if u, ok := x.(*ast.UnaryExpr); ok && u.Op == token.SUB {
		x = u.X
	}
	l, ok := x.(*ast.BasicLit)
	return ok && l.Kind != token.STRING
}

func (d declarer) boundsOfReference(c vertex.Conjunct) (lo, hi *int64) {
	switch v := d.Resolve(c.Expr, c.Scope).(type) {
	case *vertex.Vertex:
		if v.IsStruct() || len(v.Lists()) > 0 || v.DependsOnInputs() {
			return nil, nil
		}
		t := &expr.Type{Kind: expr.Int}
		for _, s := range v.Scalars() {
			t = t.WithBounds(d.bounds(s))
		}
		return t.Lo, t.Hi
	case vertex.BuiltinType:
		return constraint.IntRange(v)
	}
	return nil, nil
}
