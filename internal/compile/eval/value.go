package eval

import (
	"cuelang.org/go/cue/ast"

	"github.com/kudoc/kudoc/internal/compile/eval/guard"
	"github.com/kudoc/kudoc/internal/compile/eval/vertex"
	"github.com/kudoc/kudoc/internal/compile/expr"
)

// Value is the value of a vertex as an expression, under the path condition pc in addition to the current one.
func (ev *Evaluator) Value(v *vertex.Vertex, pc guard.Guard) *expr.X {
	if in := v.Deref(); in != v {
		return in.Input
	}
	if v.Input != nil && len(v.Conjuncts) == 1 {
		return v.Input
	}
	if ev.reading[v] {
		ev.Fail(nil, "reference cycle at %s", v.Path())
	}
	ev.reading[v] = true
	defer delete(ev.reading, v)
	var out *expr.X
	ev.Under(pc, func() {
		ev.Locate(v, func() { out = ev.expandedX(v, ev.Known) })
	})
	return out
}

func (ev *Evaluator) expandedX(v *vertex.Vertex, pc guard.Guard) *expr.X {
	c := v.Expand()
	switch {
	case len(c.Lists) > 0:
		return ev.withNeeds(v, pc, ev.listValue(v, pc))
	case c.IsStruct && len(c.Scalars) > 0:
		return ev.withNeeds(v, pc, ev.mixedStruct(v, pc))
	case c.IsStruct:
		return ev.withNeeds(v, pc, ev.structX(v, pc))
	}
	all := append(append([]vertex.Conjunct{}, c.Scalars...), c.Syms...)
	return ev.cases(all, pc, func(active []vertex.Conjunct, pc guard.Guard) *expr.X { return ev.scalarX(v, active, pc) })
}

// withNeeds makes the value fail where a conjunct refers to a field that is absent, as it does in CUE.
func (ev *Evaluator) withNeeds(v *vertex.Vertex, pc guard.Guard, x *expr.X) *expr.X {
	for _, n := range v.Expand().Needs {
		if pc.ExcludesAny(n.Guard) {
			continue
		}
		when := n.Arc.Presence(pc.And(n.Guard...))
		if when == nil {
			continue
		}
		ok := expr.Or(expr.Not(n.Guard.Minus(pc).X()), guard.AnyOf(when))
		x = expr.If(ok, x, expr.Fail(n.Arc.Vertex.Path()+" does not exist here", ev.Where))
	}
	return x
}

// listValue unifies list literals with each other, and with symbolic lists.
func (ev *Evaluator) listValue(v *vertex.Vertex, pc guard.Guard) *expr.X {
	c := v.Expand()
	all := append(append(append([]vertex.Conjunct{}, c.Lists...), c.Scalars...), c.Syms...)
	return ev.cases(all, pc, func(active []vertex.Conjunct, pc guard.Guard) *expr.X {
		var literals, others []vertex.Conjunct
		for _, cj := range active {
			if _, ok := cj.Expr.(*ast.ListLit); ok {
				literals = append(literals, cj)
			} else {
				others = append(others, cj)
			}
		}
		switch {
		case len(others) == 0 && len(literals) == 0:
			return expr.Fail(v.Path()+" has no value here", ev.Where)
		case len(others) == 0:
			return ev.listX(v, literals, pc)
		}
		for _, l := range literals {
			if s := v.Elements(l); len(s) > 0 {
				ev.Refuse(l, "write the list once", "the unification of a list literal with a list that depends on inputs is not supported")
			}
		}
		return ev.scalarX(v, others, pc)
	})
}

// listX is a list as an expression.
func (ev *Evaluator) listX(v *vertex.Vertex, active []vertex.Conjunct, pc guard.Guard) *expr.X {
	out := &expr.X{Op: expr.OpList}
	constants := []any{}
	var elem *expr.Type
	items := vertex.Prune(v.Items(active), pc)
	for _, it := range items {
		x := ev.Value(it.Value, pc.And(it.Guard...))
		out.Parts = append(out.Parts, expr.Part{Clauses: it.Clauses, Val: x})
		if len(it.Clauses) == 0 && x.IsLit() {
			constants = append(constants, x.Lit)
		}
		elem = expr.Join(elem, x.Type)
	}
	if len(constants) == len(items) {
		return expr.Lit(constants)
	}
	out.Type = expr.ListOf(elem)
	return out
}

// mixedStruct is a struct that is unified with disjunctions or validators: possible if all of it is constant, or if a
// field decides.
func (ev *Evaluator) mixedStruct(v *vertex.Vertex, pc guard.Guard) *expr.X {
	first := v.Expand().Scalars[0]
	src, ok := ev.sourceOf(func() string { return ev.mixedSource(v) })
	if !ok {
		if x := ev.discriminated(v, pc); x != nil {
			return x
		}
		ev.Refuse(first, "choose between the structs with if, or by a field that is a different string in each", "a disjunction or validator cannot be applied to a struct that depends on inputs")
	}
	val, ok := ev.Fold(src, first)
	if !ok {
		ev.Fail(first, "%s: incomplete value", v.Path())
	}
	return expr.Lit(val)
}

// ValueIf is the value of a field where it exists.
func (ev *Evaluator) ValueIf(a *vertex.Arc) *expr.X {
	if when := a.Presence(nil); len(when) == 1 && !when[0].Impossible() {
		return ev.Value(a.Vertex, when[0])
	}
	return ev.Value(a.Vertex, nil)
}
