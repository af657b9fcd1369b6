package vertex

import "slices"

// IsStruct says whether the vertex is a struct.
func (v *Vertex) IsStruct() bool { return v.Expand().IsStruct }

// Fields are the regular fields of a struct.
func (v *Vertex) Fields() []*Arc {
	var out []*Arc
	for _, a := range v.Expand().Arcs {
		if a.Label.Kind == Regular {
			out = append(out, a)
		}
	}
	return out
}

// Patterns are the pattern constraints of a struct, as pairs of key and value.
func (v *Vertex) Patterns() (out [][2]Conjunct) {
	for _, p := range v.Expand().Patterns {
		if p.HasAlias() {
			v.g.Refuse(p.Key, "declare the map without it", "an alias of a pattern constraint is not supported here")
		}
		out = append(out, [2]Conjunct{{Expr: p.Key, Scope: p.Scope}, {Expr: p.Value, Scope: p.Scope}})
	}
	return out
}

// Lists are the list literals among the conjuncts.
func (v *Vertex) Lists() []Conjunct { return v.unconditional(v.Expand().Lists) }

// Scalars are the scalars, types, bounds and disjunctions among the conjuncts.
func (v *Vertex) Scalars() []Conjunct { return v.unconditional(v.Expand().Scalars) }

func (v *Vertex) unconditional(cs []Conjunct) []Conjunct {
	for _, c := range cs {
		if len(c.Guard) > 0 {
			v.g.Fail(c, "a condition on an input is not possible here")
		}
	}
	return slices.Clone(cs)
}

// DependsOnInputs says whether the vertex contains computed fields or symbolic values.
func (v *Vertex) DependsOnInputs() bool {
	c := v.Expand()
	return len(c.Syms)+len(c.Parts) > 0 || v.Input != nil
}
