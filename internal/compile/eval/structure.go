package eval

import (
	"github.com/kudoc/kudoc/internal/compile/eval/guard"
	"github.com/kudoc/kudoc/internal/compile/eval/vertex"
	"github.com/kudoc/kudoc/internal/compile/expr"
)

// structX is a struct as an expression: fields with fixed names first, then those with computed names and symbolic maps.
func (ev *Evaluator) structX(v *vertex.Vertex, pc guard.Guard) *expr.X {
	c := v.Expand()
	out := &expr.X{Op: expr.OpObj, Type: &expr.Type{Kind: expr.Struct}}
	constant := expr.NewObject()
	for _, a := range c.Arcs {
		ev.fieldX(a, pc, out, constant)
	}
	computed := ev.computedParts(v, pc)
	switch {
	case len(computed) == 0 && len(constant.Keys) == len(out.Parts):
		return expr.Lit(constant)
	case len(computed) > 0:
		out.Parts = append(out.Parts, computed...)
		out.Type = mapType(out.Parts)
	}
	if len(out.Parts) == 1 && len(out.Parts[0].Clauses) == 0 && out.Parts[0].Key == nil {
		return out.Parts[0].Val
	}
	return out
}

// computedParts are the fields with computed names and the symbolic maps.
func (ev *Evaluator) computedParts(v *vertex.Vertex, pc guard.Guard) []expr.Part {
	c := v.Expand()
	var out []expr.Part
	for _, p := range c.Parts {
		clauses := append(p.Guard.Minus(pc).Missing(p.Clauses), p.Clauses...)
		val := p.Sym
		if val == nil {
			val = ev.Value(p.Value, p.Guard)
		}
		out = append(out, expr.Part{Clauses: clauses, Key: v.PartName(p), Val: val})
	}
	for _, s := range c.Syms {
		var clauses []expr.Clause
		if g := s.Guard.Minus(pc); len(g) > 0 {
			clauses = []expr.Clause{{Cond: g.X()}}
		}
		out = append(out, expr.Part{Clauses: clauses, Val: s.Sym})
	}
	return out
}

// fieldX adds a field with a fixed name to out, and to constant if it is one and exists without condition.
func (ev *Evaluator) fieldX(a *vertex.Arc, pc guard.Guard, out *expr.X, constant *expr.Object) {
	if a.Label.Kind != vertex.Regular {
		return
	}
	if a.Optional {
		if a.Required.IsValid() {
			ev.Missing("%s: required field %s is missing", a.Vertex.Parent.Path(), a.Label)
		}
		return
	}
	when := a.Presence(pc)
	var inner guard.Guard
	if len(when) == 1 {
		if when[0].Impossible() {
			return
		}
		inner = when[0]
	}
	x := ev.Value(a.Vertex, inner)
	p := expr.Part{Key: expr.Lit(a.Label.Name), Val: x}
	if when != nil {
		p.Clauses = []expr.Clause{{Cond: guard.AnyOf(when)}}
	}
	out.Parts = append(out.Parts, p)
	out.Type.Fields = append(out.Type.Fields, expr.Field{Name: a.Label.Name, Optional: when != nil, Type: x.Type})
	if when == nil && x.IsLit() {
		constant.Set(a.Label.Name, x.Lit)
	}
}

// mapType is the type of a struct with computed fields.
func mapType(parts []expr.Part) *expr.Type {
	var elem *expr.Type
	for _, p := range parts {
		t := expr.TAny
		switch {
		case p.Key != nil:
			t = p.Val.Type
		case p.Val.Type.Kind == expr.Map:
			t = p.Val.Type.Elem
		}
		elem = expr.Join(elem, t)
	}
	return expr.MapOf(elem)
}

// Computed is the part of a struct whose field names depend on inputs, or nil.
func (ev *Evaluator) Computed(v *vertex.Vertex) *expr.X {
	parts := ev.computedParts(v, nil)
	if len(parts) == 0 {
		return nil
	}
	return &expr.X{Op: expr.OpObj, Type: mapType(parts), Parts: parts}
}
