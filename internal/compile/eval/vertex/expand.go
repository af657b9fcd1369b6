package vertex

import (
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/eval/guard"
	"github.com/kudoc/kudoc/internal/compile/eval/syntax"
	"github.com/kudoc/kudoc/internal/compile/expr"
)

// Expansion is the sorting of the conjuncts of one vertex.
type Expansion struct {
	*Content

	g      *Graph
	v      *Vertex
	adding map[*Vertex]bool // being copied from: a reference back to one adds nothing
	later  []func()         // comprehensions and computed fields, which read other fields
}

// Expand sorts the conjuncts of the vertex into fields, lists and scalars. The result is shared by all who read the vertex,
// so it must not depend on the path condition of the first reader.
func (v *Vertex) Expand() *Content {
	if v.state == unexpanded {
		v.g.Deeper(v.Path, func() {
			v.g.Unconditionally(func() { v.Begin().Finish() })
		})
	}
	return &v.content
}

// Begin adds everything but comprehensions and computed fields.
func (v *Vertex) Begin() *Expansion {
	v.state = expanding
	x := &Expansion{Content: &v.content, g: v.g, v: v, adding: map[*Vertex]bool{}}
	for i := 0; i < len(v.Conjuncts); i++ {
		x.add(v.Conjuncts[i])
	}
	return x
}

// Finish runs comprehensions and computed fields, which may make more of both.
func (x *Expansion) Finish() {
	for len(x.later) > 0 {
		queue := x.later
		x.later = nil
		for _, f := range queue {
			f()
		}
	}
	x.v.state = expanded
	if x.hasLit && !x.IsStruct && len(x.Scalars)+len(x.Lists)+len(x.Syms) == 0 {
		x.IsStruct = true // only hidden fields and definitions
	}
	x.v.checkClosed()
}

func (x *Expansion) add(cj Conjunct) {
	if cj.Guard.Contradictory() {
		return
	}
	if cj.Sym != nil {
		x.addSymbolic(cj)
		return
	}
	switch e := cj.Expr.(type) {
	case *ast.ParenExpr:
		x.add(cj.With(cj.Scope, e.X))
	case *ast.StructLit:
		x.structLit(cj, e)
	case *ast.ListLit:
		x.Lists = append(x.Lists, cj)
	case *ast.BinaryExpr:
		if e.Op == token.AND {
			x.add(cj.With(cj.Scope, e.X))
			x.add(cj.With(cj.Scope, e.Y))
			return
		}
		x.Scalars = append(x.Scalars, cj)
	case *ast.Alias: // X={...}: X is visible inside only
		x.add(cj.With(&Scope{up: cj.Scope, vars: map[string]*Vertex{e.Ident.Name: x.v}}, e.Expr))
	case *ast.PostfixExpr:
		if e.Op != token.ELLIPSIS {
			x.g.Fail(e, "unsupported operator %s", e.Op)
		}
		cj.closers = nil
		x.add(cj.With(cj.Scope, e.X))
	case *ast.Ident, *ast.SelectorExpr, *ast.IndexExpr:
		x.addReference(cj)
	case *ast.CallExpr:
		if syntax.IsCallOf(e, "close") && len(e.Args) == 1 {
			x.add(cj.With(cj.Scope, e.Args[0]))
			return
		}
		x.Scalars = append(x.Scalars, cj)
	case *ast.BasicLit, *ast.Interpolation, *ast.UnaryExpr, *ast.BottomLit, *ast.SliceExpr:
		x.Scalars = append(x.Scalars, cj)
	default:
		x.g.Fail(e, "unsupported expression %s", syntax.Describe(e))
	}
}

func (x *Expansion) addReference(cj Conjunct) {
	if syntax.IsTop(cj.Expr) {
		return
	}
	switch r := x.g.exprs.Resolve(cj.Expr, cj.Scope).(type) {
	case *Vertex:
		x.addVertex(cj, r)
	case *expr.X:
		cj.Sym, cj.Expr = r, nil
		x.add(cj)
	default: // a type such as int, or a validator without arguments such as net.IP
		x.Scalars = append(x.Scalars, cj)
	}
}

// addSymbolic adds a symbolic value. The known fields of a struct become fields of the vertex.
func (x *Expansion) addSymbolic(cj Conjunct) {
	switch {
	case cj.Sym.Type.Kind == expr.Map:
		x.IsStruct = true
	case cj.Sym.Type.Kind == expr.Struct && x.v.Input == nil:
		x.IsStruct = true
		for _, f := range cj.Sym.Type.Fields {
			x.addMember(cj, f)
		}
		return
	}
	x.Syms = append(x.Syms, cj)
}

// addMember makes a known field of a symbolic struct a field of the vertex.
func (x *Expansion) addMember(cj Conjunct, f expr.Field) {
	a := x.v.field(Label{Name: f.Name})
	when := cj.Guard
	if f.Optional {
		when = when.And(guard.Of(expr.Has(cj.Sym, f.Name))...)
	}
	a.Optional = false
	a.Present = append(a.Present, when)
	member := cj.Sym.Member(f.Name)
	if member == nil {
		member = expr.Sel(cj.Sym, f.Name, f.Type)
	}
	a.Vertex.add(Conjunct{Guard: when, Sym: member})
}

// addVertex adds the conjuncts of a referenced vertex.
func (x *Expansion) addVertex(cj Conjunct, r *Vertex) {
	if r == x.v || x.adding[r] {
		return
	}
	if r.bound != nil {
		cj.Sym, cj.Expr = r.bound.Input, nil
		x.add(cj)
		return
	}
	if r.Parent != nil && r.Parent.state == unexpanded {
		r.Parent.Expand()
	}
	if r.Arc != nil && len(r.Arc.Present) > 0 {
		x.Needs = append(x.Needs, Need{Guard: cj.Guard, Arc: r.Arc})
	}
	x.adding[r] = true
	defer delete(x.adding, r)
	closers := cj.closers
	if r.isDef {
		closers = append(closers[:len(closers):len(closers)], &closer{name: r.Path()})
	}
	if r.pkg != nil && x.v.pkg != nil {
		r.pkg.checkHidden(x.g, x.v.pkg, cj)
	}
	r.frozen = true
	for _, c := range r.Conjuncts {
		if r.pkg != nil { // a package that is embedded sees what the other adds to its fields
			c.Scope = c.Scope.within(r, x.v)
		}
		c.Guard = cj.Guard.And(c.Guard...)
		c.closers = append(closers[:len(closers):len(closers)], c.closers...)
		x.add(c)
	}
}
