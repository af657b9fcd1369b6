package vertex

import (
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/eval/guard"
	"github.com/kudoc/kudoc/internal/compile/eval/syntax"
	"github.com/kudoc/kudoc/internal/compile/expr"
)

// literalScope is a struct literal that contributes to a vertex.
type literalScope struct {
	*Expansion
	Conjunct
	inner *Scope // of the fields
}

func (x *Expansion) structLit(cj Conjunct, s *ast.StructLit) {
	own := x.g.literals[s]
	if own == nil {
		own = declared(s.Elts)
		x.g.literals[s] = own
	}
	x.hasLit = true
	if len(s.Elts) == 0 {
		x.IsStruct = true
	}
	x.closed.enter(cj.closers)
	l := &literalScope{Expansion: x, Conjunct: cj, inner: &Scope{up: cj.Scope, v: x.v, names: own}}
	l.declarations(s.Elts)
}

func (l *literalScope) declarations(decls []ast.Decl) {
	for _, d := range decls {
		switch d := d.(type) {
		case *ast.Field:
			l.declaration(d)
		case *ast.EmbedDecl:
			if c, ok := d.Expr.(*ast.Comprehension); ok {
				l.later = append(l.later, func() { l.comprehension(c) })
				continue
			}
			l.add(l.With(l.inner, d.Expr))
		case *ast.Comprehension:
			l.later = append(l.later, func() { l.comprehension(d) })
		case *ast.Ellipsis:
			l.IsStruct = true
			l.closed.open(l.closers)
		case *ast.LetClause, *ast.ImportDecl, *ast.Package, *ast.Attribute, *ast.CommentGroup:
		default:
			l.g.Fail(d, "unsupported declaration %s", syntax.Describe(d))
		}
	}
}

func (l *literalScope) declaration(d *ast.Field) {
	label := ast.Node(d.Label)
	if a, ok := label.(*ast.Alias); ok {
		label = a.Expr
	}
	if p, ok := label.(*ast.ListLit); ok {
		l.patternConstraint(d, p)
		return
	}
	name, computed := l.g.LabelOf(label)
	if computed != nil {
		l.IsStruct = true
		l.later = append(l.later, func() { l.computedField(d, computed) })
		return
	}
	if name.Kind == Regular {
		l.IsStruct = true
	}
	l.field(name, d)
}

func (l *literalScope) patternConstraint(d *ast.Field, list *ast.ListLit) {
	l.IsStruct = true
	if len(list.Elts) != 1 {
		l.g.Fail(list, "unsupported pattern constraint")
	}
	p := Pattern{Guard: l.Guard, closers: l.closers, Scope: l.inner, Key: list.Elts[0], Value: d.Value}
	if a, ok := d.Label.(*ast.Alias); ok {
		p.field = a.Ident.Name
	}
	if d.Alias != nil { // [string]~V or [string]~(K, V)
		p.name, p.field = identName(d.Alias.Label), identName(d.Alias.Field)
	}
	if a, ok := p.Key.(*ast.Alias); ok {
		p.Key, p.name = a.Expr, a.Ident.Name
	}
	l.closed.openFor(p)
	l.Patterns = append(l.Patterns, p)
	for _, a := range l.Arcs {
		if a.Label.Kind == Regular {
			l.g.applyPattern(p, a)
		}
	}
}

// identName is the name of an alias, "" if there is none.
func identName(id *ast.Ident) string {
	if id == nil || id.Name == "_" {
		return ""
	}
	return id.Name
}

func (l *literalScope) field(name Label, d *ast.Field) {
	a := l.v.field(name)
	if !syntax.IsAuthors(a.Vertex.pos) {
		a.Vertex.pos = d.Pos()
	}
	a.Decls = append(a.Decls, d)
	sc := l.inner
	if d.Alias != nil && identName(d.Alias.Label) != "" { // name~(K, V)
		sc = sc.With(d.Alias.Label.Name, l.g.Constant(expr.Lit(name.Name)))
	}
	a.Vertex.add(l.With(sc, d.Value))
	switch d.Constraint {
	case token.OPTION:
	case token.NOT:
		a.Required = d.Pos()
	default:
		a.Optional = false
		a.Present = append(a.Present, l.Guard)
	}
}

// computedField adds a field whose name is an expression.
func (l *literalScope) computedField(d *ast.Field, name ast.Expr) {
	g := l.g
	k := g.exprs.Compile(name, l.inner)
	if k.IsLit() {
		s, ok := k.Lit.(string)
		if !ok {
			g.Fail(name, "a field name must be a string")
		}
		l.field(Label{Name: s}, d)
		return
	}
	if k.Type.Kind != expr.String {
		g.Fail(name, "a field name must be a string, not %s", k.Type.Kind)
	}
	v := g.vertex(l.v, "("+k.CEL()+")")
	v.pos = d.Pos()
	v.Conjuncts = []Conjunct{l.With(l.inner, d.Value)}
	for _, p := range l.Patterns {
		cj := p.conjunct(g.Constant(k), v)
		if matches, _ := g.exprs.Constraint(p.Key, p.Scope, k); matches != nil {
			cj.Guard = cj.Guard.And(guard.Of(matches)...)
		}
		v.Conjuncts = append(v.Conjuncts, cj)
	}
	l.Parts = append(l.Parts, Part{Guard: l.Guard, closers: l.closers, Key: k, Value: v, pos: d.Pos()})
}
