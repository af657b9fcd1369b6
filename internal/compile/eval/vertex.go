package eval

import (
	"strconv"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/expr"
)

// LabelKind tells regular fields from those that are not part of the output.
type LabelKind int

// The kinds of labels.
const (
	Regular LabelKind = iota
	Hidden
	Definition
)

// Label is the name of a field.
type Label struct {
	Name string
	Kind LabelKind
}

func (l Label) String() string {
	if l.Kind == Regular && !ast.IsValidIdent(l.Name) {
		return strconv.Quote(l.Name)
	}
	return l.Name
}

// conj is one of the expressions whose unification is the value of a vertex: an expression of CUE in its scope, or a
// symbolic value.
type conj struct {
	guard   guard
	closers []*closer
	scope   *Scope
	expr    ast.Expr
	sym     *expr.X // instead of expr
}

// with is the conjunct with another expression in another scope.
func (cj conj) with(sc *Scope, x ast.Expr) conj {
	return conj{guard: cj.guard, closers: cj.closers, scope: sc, expr: x}
}

// Pos is the position of the expression.
func (cj conj) Pos() token.Pos {
	if cj.expr == nil {
		return token.NoPos
	}
	return cj.expr.Pos()
}

// Arc is a field of a vertex.
type Arc struct {
	Label    Label
	Vertex   *Vertex
	optional bool      // declared with ? or ! only, so far
	required token.Pos // of a declaration with !
	present  []guard   // the field exists if one of them holds
	decls    []*ast.Field
}

// pattern is a pattern constraint: [key]: value.
type pattern struct {
	guard   guard
	closers []*closer
	scope   *Scope
	key     ast.Expr
	value   ast.Expr
	name    string // by which the value refers to the name of the field: [name=key]: value
	field   string // by which it refers to the field: field=[key]: value
}

// conj is what the pattern contributes to a field that matches it.
func (p pattern) conj(name *Vertex, field *Vertex) conj {
	sc := p.scope
	if p.name != "" || p.field != "" {
		sc = &Scope{up: sc, vars: map[string]*Vertex{}}
		if p.name != "" {
			sc.vars[p.name] = name
		}
		if p.field != "" {
			sc.vars[p.field] = field
		}
	}
	return conj{guard: p.guard, closers: p.closers, scope: sc, expr: p.value}
}

// Vertex is the place of a value.
type Vertex struct {
	ev     *Evaluator
	parent *Vertex
	arc    *Arc // in parent, if it is a field
	label  string
	pos    token.Pos
	conjs  []conj
	state  vertexState
	frozen bool // its conjuncts have been read

	isStruct bool
	hasLit   bool // a struct literal contributes, if only hidden fields
	arcs     []*Arc
	index    map[Label]*Arc
	patterns []pattern
	lists    []conj // list literals
	scalars  []conj // scalars, types, bounds, disjunctions, calls
	syms     []conj // symbolic values
	parts    []part // fields with computed names
	needs    []need
	closed   closedness

	pkg      *pkg    // the vertex is the root of a package
	input    *expr.X // the vertex is an input of known fields: its arcs are selections
	isDef    bool
	items    []item
	elem     []conj
	hasItems bool
}

type vertexState int

const (
	unexpanded vertexState = iota
	expanding
	expanded
)

// part is a field of a struct whose name is computed, or a symbolic map whose fields are unified in.
type part struct {
	guard   guard
	closers []*closer
	clauses []expr.Clause
	key     *expr.X // nil if sym
	fixed   bool    // the name is a constant, and the field is made by a loop
	allowed *expr.X // what definitions demand of the key; nil for nothing
	value   *Vertex
	sym     *expr.X
	pos     token.Pos
}

// item is an element of a list, with the clauses of the comprehension that makes it.
type item struct {
	clauses []expr.Clause
	guard   guard // the conditions among the clauses
	value   *Vertex
}

// need is a field that a conjunct refers to and that may be absent: CUE has no value then.
type need struct {
	guard guard
	arc   *Arc
}

func (ev *Evaluator) vertex(parent *Vertex, label string) *Vertex {
	return &Vertex{ev: ev, parent: parent, label: label, index: map[Label]*Arc{}}
}

// anonymous is a vertex for an expression that is no field.
func (ev *Evaluator) anonymous(sc *Scope, x ast.Expr) *Vertex {
	v := ev.vertex(nil, "")
	v.pos = x.Pos()
	v.conjs = []conj{{scope: sc, expr: x}}
	return v
}

// constant is a vertex for a symbolic value or a constant.
func (ev *Evaluator) constant(x *expr.X) *Vertex {
	v := ev.vertex(nil, "")
	v.conjs = []conj{{sym: x}}
	if x.Type.Kind == expr.Struct && !x.IsLit() && x.Op != expr.OpObj {
		v.input = x
	}
	return v
}

// Path is where the vertex is, for messages.
func (v *Vertex) Path() string {
	if v.parent == nil {
		return v.label
	}
	p := v.parent.Path()
	switch {
	case p == "":
		return v.label
	case v.arc == nil:
		return p + "[" + v.label + "]"
	}
	return p + "." + v.label
}

// add contributes a conjunct.
func (v *Vertex) add(cj conj) {
	if v.state == expanded || v.frozen {
		v.ev.refuse(cj, "move what the condition reads into a hidden field of its own",
			"%s is read by a condition in the same struct that also contributes to it", v.Path())
	}
	v.conjs = append(v.conjs, cj)
}

// field returns the arc for a label, which it makes if there is none: patterns that match contribute to it.
func (v *Vertex) field(l Label) *Arc {
	if a := v.index[l]; a != nil {
		return a
	}
	a := &Arc{Label: l, Vertex: v.ev.vertex(v, l.String()), optional: true}
	a.Vertex.arc, a.Vertex.isDef = a, l.Kind == Definition
	v.index[l] = a
	v.arcs = append(v.arcs, a)
	if l.Kind == Regular {
		for _, p := range v.patterns {
			v.ev.applyPattern(p, a)
		}
	}
	return a
}

func (ev *Evaluator) applyPattern(p pattern, a *Arc) {
	if ev.patternMatches(p, a.Label) {
		a.Vertex.add(p.conj(ev.constant(expr.Lit(a.Label.Name)), a.Vertex))
	}
}

func (ev *Evaluator) patternMatches(p pattern, l Label) bool {
	if id, ok := p.key.(*ast.Ident); ok && id.Name == "string" {
		return true
	}
	src, ok := ev.source(p.key, p.scope)
	if !ok {
		ev.refuse(p.key, "", "a pattern constraint that depends on inputs is not supported")
	}
	return ev.compiles("(" + src + ") & " + expr.CUE(l.Name))
}

// Lookup returns the arc for a label, or nil.
func (v *Vertex) Lookup(l Label) *Arc {
	if r := v.ev.inputs[v]; r != nil {
		return r.Lookup(l)
	}
	v.expand()
	if v.input == nil {
		return v.index[l]
	}
	f := v.input.Type.Field(l.Name)
	if f == nil || l.Kind != Regular {
		return nil
	}
	if a := v.index[l]; a != nil {
		return a
	}
	a := &Arc{Label: l, Vertex: v.ev.constant(expr.Sel(v.input, l.Name, f.Type)), optional: f.Optional}
	a.Vertex.parent, a.Vertex.label, a.Vertex.arc = v, l.Name, a
	a.present = []guard{nil}
	if f.Optional {
		a.present = []guard{atomsOf(expr.Has(v.input, l.Name))}
	}
	v.index[l] = a
	return a
}

// mustLookup is Lookup for a reference at a node.
func (v *Vertex) mustLookup(l Label, node ast.Node) *Arc {
	a := v.Lookup(l)
	if a == nil {
		v.ev.undefined(node, l, v)
	}
	return a
}
