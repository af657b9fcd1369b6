package eval

import (
	"strconv"
	"strings"

	"cuelang.org/go/cue/ast"

	"github.com/kudoc/kudoc/internal/compile/expr"
)

// toX is the value of a vertex as an expression, under the path condition pc in addition to the current one.
func (ev *Evaluator) toX(v *Vertex, pc guard) *expr.X {
	if in := ev.inputs[v]; in != nil {
		return in.input
	}
	if v.input != nil && len(v.conjs) == 1 {
		return v.input
	}
	if ev.reading[v] {
		ev.fail(nil, "reference cycle at %s", v.Path())
	}
	ev.reading[v] = true
	defer delete(ev.reading, v)
	var out *expr.X
	ev.under(pc, func() {
		ev.locate(at(v.pos), func() { out = ev.expandedX(v, ev.pc) })
	})
	return out
}

func (ev *Evaluator) expandedX(v *Vertex, pc guard) *expr.X {
	v.expand()
	switch {
	case len(v.lists) > 0:
		return ev.withNeeds(v, pc, ev.listValue(v, pc))
	case v.isStruct && len(v.scalars) > 0:
		return ev.withNeeds(v, pc, ev.mixedStruct(v, pc))
	case v.isStruct:
		return ev.withNeeds(v, pc, ev.structX(v, pc))
	}
	all := append(append([]conj{}, v.scalars...), v.syms...)
	return ev.cases(all, pc, func(active []conj, pc guard) *expr.X { return ev.scalarX(v, active, pc) })
}

// withNeeds makes the value fail where a conjunct refers to a field that is absent, as it does in CUE.
func (ev *Evaluator) withNeeds(v *Vertex, pc guard, x *expr.X) *expr.X {
	for _, n := range v.needs {
		if excludesAny(pc, n.guard) {
			continue
		}
		when := ev.presence(n.arc, pc.and(n.guard...))
		if when == nil {
			continue
		}
		ok := expr.Or(expr.Not(n.guard.minus(pc).X()), anyOf(when))
		x = expr.If(ok, x, expr.Fail(n.arc.Vertex.Path()+" does not exist here", ev.where))
	}
	return x
}

// listValue unifies list literals with each other, and with symbolic lists.
func (ev *Evaluator) listValue(v *Vertex, pc guard) *expr.X {
	all := append(append(append([]conj{}, v.lists...), v.scalars...), v.syms...)
	return ev.cases(all, pc, func(active []conj, pc guard) *expr.X {
		var literals, others []conj
		for _, cj := range active {
			if _, ok := cj.expr.(*ast.ListLit); ok {
				literals = append(literals, cj)
			} else {
				others = append(others, cj)
			}
		}
		switch {
		case len(others) == 0 && len(literals) == 0:
			return expr.Fail(v.Path()+" has no value here", ev.where)
		case len(others) == 0:
			return ev.listX(v, literals, pc)
		}
		for _, l := range literals {
			if s := ev.listShape(v, l); len(s.items) > 0 {
				ev.refuse(l, "write the list once", "the unification of a list literal with a list that depends on inputs is not supported")
			}
		}
		return ev.scalarX(v, others, pc)
	})
}

// mixedStruct is a struct that is unified with disjunctions or validators: possible if all of it is constant, or if a
// field decides.
func (ev *Evaluator) mixedStruct(v *Vertex, pc guard) *expr.X {
	first := v.scalars[0]
	src, ok := ev.sourceOf(func() string { return ev.mixedSource(v) })
	if !ok {
		if x := ev.discriminated(v, pc); x != nil {
			return x
		}
		ev.refuse(first, "choose between the structs with if, or by a field that is a different string in each", "a disjunction or validator cannot be applied to a struct that depends on inputs")
	}
	val, ok := ev.static(src, first)
	if !ok {
		ev.fail(first, "%s: incomplete value", v.Path())
	}
	return expr.Lit(val)
}

// structX is a struct as an expression: fields with fixed names first, then those with computed names and symbolic maps.
func (ev *Evaluator) structX(v *Vertex, pc guard) *expr.X {
	out := &expr.X{Op: expr.OpObj, Type: &expr.Type{Kind: expr.Struct}}
	constant := expr.NewObject()
	for _, a := range v.arcs {
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
func (ev *Evaluator) computedParts(v *Vertex, pc guard) []expr.Part {
	var out []expr.Part
	for _, p := range v.parts {
		clauses := append(missing(p.guard.minus(pc), p.clauses), p.clauses...)
		val := p.sym
		if val == nil {
			val = ev.toX(p.value, p.guard)
		}
		out = append(out, expr.Part{Clauses: clauses, Key: v.name(p), Val: val})
	}
	for _, s := range v.syms {
		var clauses []expr.Clause
		if g := s.guard.minus(pc); len(g) > 0 {
			clauses = []expr.Clause{{Cond: g.X()}}
		}
		out = append(out, expr.Part{Clauses: clauses, Val: s.sym})
	}
	return out
}

// missing are the conditions of g that are not among the clauses already.
func missing(g guard, clauses []expr.Clause) []expr.Clause {
	have := map[string]bool{}
	for _, c := range clauses {
		if c.Cond != nil {
			have[c.Cond.CEL()] = true
		}
	}
	var out []expr.Clause
	for _, c := range g.clauses() {
		if !have[c.Cond.CEL()] {
			out = append(out, c)
		}
	}
	return out
}

// fieldX adds a field with a fixed name to out, and to constant if it is one and exists without condition.
func (ev *Evaluator) fieldX(a *Arc, pc guard, out *expr.X, constant *expr.Object) {
	if a.Label.Kind != Regular {
		return
	}
	if a.optional {
		if a.required.IsValid() {
			raise(&Error{Pos: ev.where, Msg: a.Vertex.parent.Path() + ": required field " + a.Label.String() + " is missing", Missing: true})
		}
		return
	}
	when := ev.presence(a, pc)
	var inner guard
	if len(when) == 1 {
		if when[0].impossible() {
			return
		}
		inner = when[0]
	}
	x := ev.toX(a.Vertex, inner)
	p := expr.Part{Key: expr.Lit(a.Label.Name), Val: x}
	if when != nil {
		p.Clauses = []expr.Clause{{Cond: anyOf(when)}}
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

// referenced is the value of a vertex that an expression refers to. What is more than a name becomes a shared expression.
func (ev *Evaluator) referenced(v *Vertex) *expr.X {
	x := ev.existing(v)
	if v.label == "" || v.parent == nil || x.Atomic() {
		return x
	}
	if l := ev.localOf[v]; l != nil {
		return l
	}
	if len(ev.pc) > 0 { // share only what does not depend on where it is read
		pc := ev.pc
		ev.pc = nil
		var y *expr.X
		err := ev.Try(func() { y = ev.existing(v) })
		ev.pc = pc
		if err != nil || y.CEL() != x.CEL() {
			return x
		}
	}
	for name := range x.Vars() {
		if !ev.roots[name] && name != "local" {
			return x // a loop variable
		}
	}
	name := ev.localName(v.Path())
	ev.Locals[name] = x
	ev.localOf[v] = expr.Local(name, x.Type)
	return ev.localOf[v]
}

// existing is the value of a vertex, or a failure where the field does not exist.
func (ev *Evaluator) existing(v *Vertex) *expr.X {
	if v.arc == nil || len(v.arc.present) == 0 || v.parent != nil && v.parent.input != nil {
		return ev.toX(v, nil)
	}
	when := ev.presence(v.arc, ev.pc)
	if when == nil {
		return ev.toX(v, nil)
	}
	var inner guard
	if len(when) == 1 {
		inner = when[0]
	}
	return expr.If(anyOf(when), ev.toX(v, inner), expr.Fail(v.Path()+" does not exist here", ev.where))
}

func (ev *Evaluator) localName(path string) string {
	base := strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, path), "_")
	if base == "" || base[0] >= '0' && base[0] <= '9' {
		base = "v" + base
	}
	name := base
	for i := 2; ev.Locals[name] != nil; i++ {
		name = base + "_" + strconv.Itoa(i)
	}
	return name
}
