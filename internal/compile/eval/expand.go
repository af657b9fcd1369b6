package eval

import (
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/expr"
)

// maxNesting bounds the nesting of vertices, which a structural cycle would make endless.
const maxNesting = 400

// expansion is the sorting of the conjuncts of one vertex.
type expansion struct {
	v      *Vertex
	ev     *Evaluator
	adding map[*Vertex]bool // being copied from: a reference back to one adds nothing
	later  []func()         // comprehensions and computed fields, which read other fields
}

// expand sorts the conjuncts of the vertex into fields, lists and scalars. The result is shared by all who read the vertex,
// so it must not depend on the path condition of the first reader.
func (v *Vertex) expand() {
	if v.state != unexpanded {
		return
	}
	ev := v.ev
	if ev.depth++; ev.depth > maxNesting {
		ev.fail(nil, "structural cycle at %s, or too deep nesting", v.Path())
	}
	pc := ev.pc
	ev.pc = nil
	defer func() { ev.depth--; ev.pc = pc }()
	x := v.begin()
	x.finish()
}

// begin adds everything but comprehensions and computed fields.
func (v *Vertex) begin() *expansion {
	v.state = expanding
	x := &expansion{v: v, ev: v.ev, adding: map[*Vertex]bool{}}
	for i := 0; i < len(v.conjs); i++ {
		x.add(v.conjs[i])
	}
	return x
}

// finish runs comprehensions and computed fields, which may make more of both.
func (x *expansion) finish() {
	v := x.v
	for len(x.later) > 0 {
		queue := x.later
		x.later = nil
		for _, f := range queue {
			f()
		}
	}
	v.state = expanded
	if v.hasLit && !v.isStruct && len(v.scalars)+len(v.lists)+len(v.syms) == 0 {
		v.isStruct = true // only hidden fields and definitions
	}
	v.checkClosed()
}

func (x *expansion) add(cj conj) {
	if cj.guard.never() {
		return
	}
	if cj.sym != nil {
		x.addSymbolic(cj)
		return
	}
	v, ev := x.v, x.ev
	switch e := cj.expr.(type) {
	case *ast.ParenExpr:
		x.add(cj.with(cj.scope, e.X))
	case *ast.StructLit:
		x.structLit(cj, e)
	case *ast.ListLit:
		v.lists = append(v.lists, cj)
	case *ast.BinaryExpr:
		if e.Op == token.AND {
			x.add(cj.with(cj.scope, e.X))
			x.add(cj.with(cj.scope, e.Y))
			return
		}
		v.scalars = append(v.scalars, cj)
	case *ast.Alias: // X={...}: X is visible inside only
		x.add(cj.with(&Scope{up: cj.scope, vars: map[string]*Vertex{e.Ident.Name: v}}, e.Expr))
	case *ast.PostfixExpr:
		if e.Op != token.ELLIPSIS {
			ev.fail(e, "unsupported operator %s", e.Op)
		}
		cj.closers = nil
		x.add(cj.with(cj.scope, e.X))
	case *ast.Ident, *ast.SelectorExpr, *ast.IndexExpr:
		x.addReference(cj)
	case *ast.CallExpr:
		if id, ok := e.Fun.(*ast.Ident); ok && id.Name == "close" && len(e.Args) == 1 {
			x.add(cj.with(cj.scope, e.Args[0]))
			return
		}
		v.scalars = append(v.scalars, cj)
	case *ast.BasicLit, *ast.Interpolation, *ast.UnaryExpr, *ast.BottomLit, *ast.SliceExpr:
		v.scalars = append(v.scalars, cj)
	default:
		ev.fail(e, "unsupported expression %s", describe(e))
	}
}

func (x *expansion) addReference(cj conj) {
	if id, ok := cj.expr.(*ast.Ident); ok && id.Name == "_" {
		return
	}
	switch r := x.ev.resolve(cj.expr, cj.scope).(type) {
	case *Vertex:
		x.addVertex(cj, r)
	case *expr.X:
		cj.sym, cj.expr = r, nil
		x.add(cj)
	default: // a type such as int, or a validator without arguments such as net.IP
		x.v.scalars = append(x.v.scalars, cj)
	}
}

// addSymbolic adds a symbolic value. The known fields of a struct become fields of the vertex.
func (x *expansion) addSymbolic(cj conj) {
	v := x.v
	switch {
	case cj.sym.Type.Kind == expr.Map:
		v.isStruct = true
	case cj.sym.Type.Kind == expr.Struct && v.input == nil:
		v.isStruct = true
		for _, f := range cj.sym.Type.Fields {
			a := v.field(Label{Name: f.Name})
			g := cj.guard
			if f.Optional {
				g = g.and(atomsOf(expr.Has(cj.sym, f.Name))...)
			}
			a.optional = false
			a.present = append(a.present, g)
			a.Vertex.add(conj{guard: g, sym: x.ev.selectField(cj.sym, f.Name, nil)})
		}
		return
	}
	v.syms = append(v.syms, cj)
}

// addVertex adds the conjuncts of a referenced vertex.
func (x *expansion) addVertex(cj conj, r *Vertex) {
	if r == x.v || x.adding[r] {
		return
	}
	if in := x.ev.inputs[r]; in != nil {
		cj.sym, cj.expr = in.input, nil
		x.add(cj)
		return
	}
	if r.parent != nil && r.parent.state == unexpanded {
		r.parent.expand()
	}
	if r.arc != nil && len(r.arc.present) > 0 {
		x.v.needs = append(x.v.needs, need{guard: cj.guard, arc: r.arc})
	}
	x.adding[r] = true
	defer delete(x.adding, r)
	closers := cj.closers
	if r.isDef {
		closers = append(closers[:len(closers):len(closers)], &closer{name: r.Path()})
	}
	if r.pkg != nil && x.v.pkg != nil {
		r.pkg.checkHidden(x.ev, x.v.pkg, cj)
	}
	r.frozen = true
	for _, c := range r.conjs {
		if r.pkg != nil { // a package that is embedded sees what the other adds to its fields
			c.scope = c.scope.within(r, x.v)
		}
		c.guard = cj.guard.and(c.guard...)
		c.closers = append(closers[:len(closers):len(closers)], c.closers...)
		x.add(c)
	}
}
