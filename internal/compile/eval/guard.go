package eval

import (
	"github.com/kudoc/kudoc/internal/compile/expr"
)

// atom is a condition on inputs, or its negation.
type atom struct {
	key     string // the printed condition: what makes atoms equal
	negated bool
	x       *expr.X // the condition, not negated
}

// X is the atom as an expression.
func (a atom) X() *expr.X {
	if a.negated {
		return expr.Not(a.x)
	}
	return a.x
}

// guard is a conjunction of atoms. The same type serves as path condition: what is known to hold where a value is read.
type guard []atom

// has says whether the guard implies the atom because it contains it.
func (g guard) has(a atom) bool {
	for _, b := range g {
		if a.key == b.key && a.negated == b.negated {
			return true
		}
	}
	return false
}

// mentions says whether the guard contains the atom or its negation.
func (g guard) mentions(a atom) bool {
	for _, b := range g {
		if a.key == b.key {
			return true
		}
	}
	return false
}

// excludes says whether the guard and the atom cannot both hold.
func (g guard) excludes(a atom) bool {
	for _, b := range g {
		if a.key == b.key && a.negated != b.negated {
			return true
		}
		if !a.negated && !b.negated && a.key != b.key && exclusive(a.x, b.x) {
			return true
		}
	}
	return false
}

// exclusive says whether two conditions compare the same thing to different constants.
func exclusive(a, b *expr.X) bool {
	isEq := func(x *expr.X) bool { return x.Op == expr.OpBin && x.Name == "==" && x.Args[1].IsLit() }
	return isEq(a) && isEq(b) && a.Args[1].Type.Kind == b.Args[1].Type.Kind &&
		a.Args[0].CEL() == b.Args[0].CEL() && a.Args[1].CEL() != b.Args[1].CEL()
}

// and is the conjunction of the guard with more atoms. It never changes g.
func (g guard) and(as ...atom) guard {
	out := g[:len(g):len(g)]
	for _, a := range as {
		if !out.has(a) {
			out = append(out, a)
		}
	}
	return out
}

// minus are the atoms that pc does not already imply.
func (g guard) minus(pc guard) guard {
	var out guard
	for _, a := range g {
		if !pc.has(a) {
			out = append(out, a)
		}
	}
	return out
}

// never says whether the guard contradicts itself.
func (g guard) never() bool {
	for i, a := range g {
		if g[i+1:].excludes(a) {
			return true
		}
	}
	return false
}

// X is the guard as an expression.
func (g guard) X() *expr.X {
	var out *expr.X
	for _, a := range g {
		out = expr.And(out, a.X())
	}
	if out == nil {
		return expr.Lit(true)
	}
	return out
}

// clauses are the atoms as conditions around a part.
func (g guard) clauses() []expr.Clause {
	var out []expr.Clause
	for _, a := range g {
		out = append(out, expr.Clause{Cond: a.X()})
	}
	return out
}

// anyOf is the disjunction of guards.
func anyOf(gs []guard) *expr.X {
	out := expr.Lit(false)
	for _, g := range gs {
		out = expr.Or(out, g.X())
	}
	return out
}

// positive are comparisons and the ones that they are the negation of, so that `a >= b` and `a < b` share an atom.
var positive = map[string]string{"!=": "==", ">=": "<", "<=": ">"}

// atomsOf splits a condition into atoms.
func atomsOf(x *expr.X) guard {
	if x.Op == expr.OpBin && x.Name == "&&" {
		return atomsOf(x.Args[0]).and(atomsOf(x.Args[1])...)
	}
	negated := false
	for x.Op == expr.OpUn && x.Name == "!" {
		negated, x = !negated, x.Args[0]
	}
	if p, ok := positive[x.Name]; ok && x.Op == expr.OpBin {
		x = &expr.X{Op: expr.OpBin, Name: p, Type: expr.TBool, Args: x.Args}
		negated = !negated
	}
	return guard{{x.CEL(), negated, x}}
}

// maxCases bounds the case distinction in one value: each condition doubles it.
const maxCases = 6

// cases calls f for every truth assignment of the conditions that pc leaves open in the guards of conjuncts, with those
// that count, and joins the results in conditional expressions.
func (ev *Evaluator) cases(cs []conj, pc guard, f func(active []conj, pc guard) *expr.X) *expr.X {
	var open guard
	for _, cj := range cs {
		for _, a := range cj.guard {
			if !pc.has(a) && !pc.excludes(a) && !open.mentions(a) {
				open = append(open, a)
			}
		}
	}
	if len(open) > maxCases {
		ev.refuse(nil, "compute the value in steps, through hidden fields", "more than %d independent conditions decide about one value", maxCases)
	}
	return ev.split(cs, open, pc, len(pc), f)
}

func (ev *Evaluator) split(cs []conj, open, pc guard, base int, f func(active []conj, pc guard) *expr.X) *expr.X {
	var active []conj
	undecided := false
	for _, cj := range cs {
		if excludesAny(pc, cj.guard) {
			continue
		}
		undecided = undecided || len(cj.guard.minus(pc)) > 0
		active = append(active, cj)
	}
	if !undecided || len(open) == 0 {
		return ev.conflictFails(len(pc) > base, func() *expr.X { return f(active, pc) })
	}
	a := open[0]
	no := pc.and(atom{a.key, true, a.x})
	if pc.excludes(atom{a.key, false, a.x}) {
		return ev.split(cs, open[1:], no, base, f)
	}
	then := ev.split(cs, open[1:], pc.and(atom{a.key, false, a.x}), base, f)
	otherwise := ev.split(cs, open[1:], no, base, f)
	if then.CEL() == otherwise.CEL() {
		return then
	}
	return expr.If(a.x, then, otherwise)
}

func excludesAny(pc, g guard) bool {
	for _, a := range g {
		if pc.excludes(a) {
			return true
		}
	}
	return false
}

// conflictFails turns a conflict of constants that only occurs under a condition into a failure at run time, when the
// condition holds: that is when CUE fails too.
func (ev *Evaluator) conflictFails(conditional bool, f func() *expr.X) (x *expr.X) {
	if !conditional {
		return f()
	}
	state := ev.state
	defer func() {
		r := recover()
		if e, ok := r.(*Error); ok && e.Conflict {
			ev.state = state
			x = expr.Fail(e.Msg, e.Pos)
			return
		}
		if r != nil {
			raise(r)
		}
	}()
	return f()
}

// under evaluates f under further path conditions.
func (ev *Evaluator) under(g guard, f func()) {
	old := ev.pc
	ev.pc = old.and(g...)
	defer func() { ev.pc = old }()
	f()
}

// locate evaluates f with errors pointing at the author's position p.
func (ev *Evaluator) locate(p positioned, f func()) {
	old := ev.where
	if q := p.Pos(); IsAuthors(q) {
		ev.where = q
	}
	defer func() { ev.where = old }()
	f()
}
