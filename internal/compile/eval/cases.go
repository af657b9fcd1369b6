package eval

import (
	"github.com/kudoc/kudoc/internal/compile/eval/guard"
	"github.com/kudoc/kudoc/internal/compile/eval/vertex"
	"github.com/kudoc/kudoc/internal/compile/expr"
)

// maxCases bounds the case distinction in one value: each condition doubles it.
const maxCases = 6

// cases calls f for every truth assignment of the conditions that pc leaves open in the guards of conjuncts, with those
// that count, and joins the results in conditional expressions.
func (ev *Evaluator) cases(cs []vertex.Conjunct, pc guard.Guard, f func(active []vertex.Conjunct, pc guard.Guard) *expr.X) *expr.X {
	var open guard.Guard
	for _, cj := range cs {
		for _, a := range cj.Guard {
			if !pc.Has(a) && !pc.Excludes(a) && !open.Mentions(a) {
				open = append(open, a)
			}
		}
	}
	if len(open) > maxCases {
		ev.Refuse(nil, "compute the value in steps, through hidden fields", "more than %d independent conditions decide about one value", maxCases)
	}
	return ev.split(cs, open, pc, len(pc), f)
}

func (ev *Evaluator) split(cs []vertex.Conjunct, open, pc guard.Guard, base int, f func(active []vertex.Conjunct, pc guard.Guard) *expr.X) *expr.X {
	var active []vertex.Conjunct
	undecided := false
	for _, cj := range cs {
		if pc.ExcludesAny(cj.Guard) {
			continue
		}
		undecided = undecided || len(cj.Guard.Minus(pc)) > 0
		active = append(active, cj)
	}
	if !undecided || len(open) == 0 {
		return ev.conflictFails(len(pc) > base, func() *expr.X { return f(active, pc) })
	}
	a := open[0]
	no := pc.And(a.Fails())
	if pc.Excludes(a.Holds()) {
		return ev.split(cs, open[1:], no, base, f)
	}
	then := ev.split(cs, open[1:], pc.And(a.Holds()), base, f)
	otherwise := ev.split(cs, open[1:], no, base, f)
	if then.CEL() == otherwise.CEL() {
		return then
	}
	return expr.If(a.Holds().X(), then, otherwise)
}

// conflictFails turns a conflict of constants that only occurs under a condition into a failure at run time, when the
// condition holds: that is when CUE fails too.
func (ev *Evaluator) conflictFails(conditional bool, f func() *expr.X) (x *expr.X) {
	if !conditional {
		return f()
	}
	if err := ev.TryConflict(func() { x = f() }); err != nil {
		return expr.Fail(err.Msg, err.Pos)
	}
	return x
}
