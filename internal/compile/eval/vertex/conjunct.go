package vertex

import (
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/eval/guard"
	"github.com/kudoc/kudoc/internal/compile/eval/syntax"
	"github.com/kudoc/kudoc/internal/compile/expr"
)

// Conjunct is one of the expressions whose unification is the value of a vertex: an expression of CUE in its scope, or a
// symbolic value. It counts where its guard holds.
type Conjunct struct {
	Expr  ast.Expr
	Scope *Scope
	Sym   *expr.X // instead of Expr
	Guard guard.Guard

	closers []*closer
}

// With is the conjunct with another expression in another scope.
func (cj Conjunct) With(sc *Scope, x ast.Expr) Conjunct {
	return Conjunct{Guard: cj.Guard, closers: cj.closers, Scope: sc, Expr: x}
}

// Pos is the position of the expression.
func (cj Conjunct) Pos() token.Pos {
	if cj.Expr == nil {
		return token.NoPos
	}
	return cj.Expr.Pos()
}

// Pattern is a pattern constraint: [Key]: Value.
type Pattern struct {
	Key   ast.Expr
	Value ast.Expr
	Scope *Scope
	Guard guard.Guard

	closers []*closer
	name    string // by which the value refers to the name of the field: [name=key]: value
	field   string // by which it refers to the field: field=[key]: value
}

// HasAlias says whether the value can refer to the field that it constrains.
func (p Pattern) HasAlias() bool { return p.name != "" || p.field != "" }

// conjunct is what the pattern contributes to a field that matches it.
func (p Pattern) conjunct(name *Vertex, field *Vertex) Conjunct {
	sc := p.Scope
	if p.HasAlias() {
		sc = &Scope{up: sc, vars: map[string]*Vertex{}}
		if p.name != "" {
			sc.vars[p.name] = name
		}
		if p.field != "" {
			sc.vars[p.field] = field
		}
	}
	return Conjunct{Guard: p.Guard, closers: p.closers, Scope: sc, Expr: p.Value}
}

func (g *Graph) applyPattern(p Pattern, a *Arc) {
	if g.patternMatches(p, a.Label) {
		a.Vertex.add(p.conjunct(g.Constant(expr.Lit(a.Label.Name)), a.Vertex))
	}
}

func (g *Graph) patternMatches(p Pattern, l Label) bool {
	if syntax.IsString(p.Key) {
		return true
	}
	admits, closed := g.exprs.Admits(p.Key, p.Scope, expr.Lit(l.Name))
	if !closed {
		g.Refuse(p.Key, "write a constant pattern, and conditions with if", "a pattern constraint that depends on inputs is not supported")
	}
	return admits
}

// Part is a field of a struct whose name is computed, or a symbolic map whose fields are unified in.
type Part struct {
	Key     *expr.X // nil if Sym
	Value   *Vertex
	Sym     *expr.X
	Guard   guard.Guard
	Clauses []expr.Clause

	closers []*closer
	fixed   bool    // the name is a constant, and the field is made by a loop
	allowed *expr.X // what definitions demand of the key; nil for nothing
	pos     token.Pos
}

// Item is an element of a list, with the clauses of the comprehension that makes it.
type Item struct {
	Value   *Vertex
	Clauses []expr.Clause
	Guard   guard.Guard // the conditions among the clauses
}

// Need is a field that a conjunct refers to and that may be absent: CUE has no value then.
type Need struct {
	Guard guard.Guard
	Arc   *Arc
}
