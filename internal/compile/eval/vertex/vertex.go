package vertex

import (
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/eval/guard"
	"github.com/kudoc/kudoc/internal/compile/expr"
)

// Vertex is the place of a value.
type Vertex struct {
	Parent *Vertex
	Arc    *Arc   // in Parent, if it is a field
	Label  string // in Parent: the name of the field, the number of the element
	// Conjuncts are all that contributes to the value, unsorted. Expand sorts them.
	Conjuncts []Conjunct
	// Input is set if the vertex is an input of known fields: its arcs are selections.
	Input *expr.X

	g       *Graph
	pos     token.Pos
	pkg     *pkg    // the vertex is the root of a package
	bound   *Vertex // the vertex is the declaration of an input; this one stands for its value
	isDef   bool
	frozen  bool // its conjuncts have been read
	state   vertexState
	content Content
}

type vertexState int

const (
	unexpanded vertexState = iota
	expanding
	expanded
)

// Content is the conjuncts of a vertex, sorted by what they are.
type Content struct {
	IsStruct bool
	Arcs     []*Arc
	Patterns []Pattern
	Lists    []Conjunct // list literals
	Scalars  []Conjunct // scalars, types, bounds, disjunctions, calls
	Syms     []Conjunct // symbolic values
	Parts    []Part     // fields with computed names
	Needs    []Need
	Elem     []Conjunct // what further elements of the list must be, known once Items has been called

	hasLit   bool // a struct literal contributes, if only hidden fields
	index    map[Label]*Arc
	closed   closedness
	items    []Item
	hasItems bool
}

// Path is where the vertex is, for messages.
func (v *Vertex) Path() string {
	if v.Parent == nil {
		return v.Label
	}
	p := v.Parent.Path()
	switch {
	case p == "":
		return v.Label
	case v.Arc == nil:
		return p + "[" + v.Label + "]"
	}
	return p + "." + v.Label
}

// Pos is where the author wrote the vertex.
func (v *Vertex) Pos() token.Pos { return v.pos }

// Bind says that the vertex is the declaration of an input, and x its value.
func (v *Vertex) Bind(x *expr.X) { v.bound = v.g.Constant(x) }

// Deref is the vertex that stands for the value, if v is the declaration of an input; else it is v.
func (v *Vertex) Deref() *Vertex {
	if v.bound != nil {
		return v.bound
	}
	return v
}

// add contributes a conjunct.
func (v *Vertex) add(cj Conjunct) {
	if v.state == expanded || v.frozen {
		v.g.Refuse(cj, "move what the condition reads into a hidden field of its own",
			"%s is read by a condition in the same struct that also contributes to it", v.Path())
	}
	v.Conjuncts = append(v.Conjuncts, cj)
}

// field returns the arc for a label, which it makes if there is none: patterns that match contribute to it.
func (v *Vertex) field(l Label) *Arc {
	if a := v.content.index[l]; a != nil {
		return a
	}
	a := &Arc{Label: l, Vertex: v.g.vertex(v, l.String()), Optional: true}
	a.Vertex.Arc, a.Vertex.isDef = a, l.Kind == Definition
	v.content.index[l] = a
	v.content.Arcs = append(v.content.Arcs, a)
	if l.Kind == Regular {
		for _, p := range v.content.Patterns {
			v.g.applyPattern(p, a)
		}
	}
	return a
}

// Lookup returns the arc for a label, or nil.
func (v *Vertex) Lookup(l Label) *Arc {
	if v.bound != nil {
		return v.bound.Lookup(l)
	}
	v.Expand()
	if v.Input == nil {
		return v.content.index[l]
	}
	f := v.Input.Type.Field(l.Name)
	if f == nil || l.Kind != Regular {
		return nil
	}
	if a := v.content.index[l]; a != nil {
		return a
	}
	a := &Arc{Label: l, Vertex: v.g.Constant(expr.Sel(v.Input, l.Name, f.Type)), Optional: f.Optional}
	a.Vertex.Parent, a.Vertex.Label, a.Vertex.Arc = v, l.Name, a
	a.Present = []guard.Guard{nil}
	if f.Optional {
		a.Present = []guard.Guard{guard.Of(expr.Has(v.Input, l.Name))}
	}
	v.content.index[l] = a
	return a
}

// mustLookup is Lookup for a reference at a node.
func (v *Vertex) mustLookup(l Label, node ast.Node) *Arc {
	a := v.Lookup(l)
	if a == nil {
		v.Undefined(l, node)
	}
	return a
}

// Alternative is v with one option instead of its disjunction. Its fields see each other, not those of v.
func (v *Vertex) Alternative(option Conjunct) *Vertex {
	out := v.g.vertex(v.Parent, v.Label)
	out.Arc, out.pos, out.isDef = v.Arc, v.pos, v.isDef
	out.Conjuncts = []Conjunct{option}
	for _, a := range v.content.Arcs {
		b := out.field(a.Label)
		b.Optional, b.Required, b.Decls, b.Vertex.pos = a.Optional, a.Required, a.Decls, a.Vertex.pos
		b.Present = append(b.Present, a.Present...)
		for _, cj := range a.Vertex.Conjuncts {
			cj.Scope = cj.Scope.within(v, out)
			b.Vertex.Conjuncts = append(b.Vertex.Conjuncts, cj)
		}
	}
	return out
}
