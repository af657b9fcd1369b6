package eval

import (
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/literal"
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/expr"
)

// labelOf returns the label of a field, or the expression that computes it.
func (ev *Evaluator) labelOf(l ast.Node) (Label, ast.Expr) {
	switch l := l.(type) {
	case *ast.Alias:
		return ev.labelOf(l.Expr)
	case *ast.Ident:
		switch {
		case strings.HasPrefix(l.Name, "#"), strings.HasPrefix(l.Name, "_#"):
			return Label{l.Name, Definition}, nil
		case strings.HasPrefix(l.Name, "_"):
			return Label{l.Name, Hidden}, nil
		}
		return Label{Name: l.Name}, nil
	case *ast.BasicLit:
		if l.Kind != token.STRING {
			return Label{Name: l.Value}, nil
		}
		s, err := literal.Unquote(l.Value)
		if err != nil {
			ev.fail(l, "%v", err)
		}
		return Label{Name: s}, nil
	case *ast.Interpolation:
		return Label{}, l
	case *ast.ParenExpr:
		return Label{}, l.X
	}
	ev.fail(l, "unsupported label %s", describe(l))
	return Label{}, nil
}

// literalScope is a struct literal that contributes to a vertex.
type literalScope struct {
	*expansion
	conj
	scope *Scope
}

func (x *expansion) structLit(cj conj, s *ast.StructLit) {
	ev := x.ev
	declared := ev.literals[s]
	if declared == nil {
		declared = ev.declared(s.Elts)
		ev.literals[s] = declared
	}
	x.v.hasLit = true
	if len(s.Elts) == 0 {
		x.v.isStruct = true
	}
	x.v.closed.enter(cj.closers)
	l := &literalScope{expansion: x, conj: cj, scope: &Scope{up: cj.scope, v: x.v, names: declared}}
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
			l.add(l.with(l.scope, d.Expr))
		case *ast.Comprehension:
			l.later = append(l.later, func() { l.comprehension(d) })
		case *ast.Ellipsis:
			l.v.isStruct = true
			l.v.closed.open(l.closers)
		case *ast.LetClause, *ast.ImportDecl, *ast.Package, *ast.Attribute, *ast.CommentGroup:
		default:
			l.ev.fail(d, "unsupported declaration %s", describe(d))
		}
	}
}

func (l *literalScope) declaration(d *ast.Field) {
	label, alias := ast.Node(d.Label), ""
	if a, ok := label.(*ast.Alias); ok {
		label, alias = a.Expr, a.Ident.Name
	}
	if p, ok := label.(*ast.ListLit); ok {
		l.patternConstraint(d, p, alias)
		return
	}
	name, computed := l.ev.labelOf(label)
	if computed != nil {
		l.v.isStruct = true
		l.later = append(l.later, func() { l.computedField(d, computed) })
		return
	}
	if name.Kind == Regular {
		l.v.isStruct = true
	}
	l.field(name, d)
}

func (l *literalScope) patternConstraint(d *ast.Field, list *ast.ListLit, alias string) {
	l.v.isStruct = true
	if len(list.Elts) != 1 {
		l.ev.fail(list, "unsupported pattern constraint")
	}
	p := pattern{guard: l.guard, closers: l.closers, scope: l.scope, key: list.Elts[0], value: d.Value, field: alias}
	if a, ok := p.key.(*ast.Alias); ok {
		p.key, p.name = a.Expr, a.Ident.Name
	}
	l.v.closed.openFor(p)
	l.v.patterns = append(l.v.patterns, p)
	for _, a := range l.v.arcs {
		if a.Label.Kind == Regular {
			l.ev.applyPattern(p, a)
		}
	}
}

func (l *literalScope) field(name Label, d *ast.Field) {
	a := l.v.field(name)
	if !IsAuthors(a.Vertex.pos) {
		a.Vertex.pos = d.Pos()
	}
	a.decls = append(a.decls, d)
	a.Vertex.add(l.with(l.scope, d.Value))
	switch d.Constraint {
	case token.OPTION:
	case token.NOT:
		a.required = d.Pos()
	default:
		a.optional = false
		a.present = append(a.present, l.guard)
	}
}

// computedField adds a field whose name is an expression.
func (l *literalScope) computedField(d *ast.Field, name ast.Expr) {
	ev := l.ev
	k := ev.compile(name, l.scope)
	if k.IsLit() {
		s, ok := k.Lit.(string)
		if !ok {
			ev.fail(name, "a field name must be a string")
		}
		l.field(Label{Name: s}, d)
		return
	}
	if k.Type.Kind != expr.String {
		ev.fail(name, "a field name must be a string, not %s", k.Type.Kind)
	}
	v := ev.vertex(l.v, "("+k.CEL()+")")
	v.pos = d.Pos()
	v.conjs = []conj{l.with(l.scope, d.Value)}
	for _, p := range l.v.patterns {
		g := p.guard
		if matches, _ := ev.constraint(p.key, p.scope, k); matches != nil {
			g = g.and(atomsOf(matches)...)
		}
		cj := p.conj(ev.constant(k), v)
		cj.guard = g
		v.conjs = append(v.conjs, cj)
	}
	l.v.parts = append(l.v.parts, part{guard: l.guard, closers: l.closers, key: k, value: v, pos: d.Pos()})
}
