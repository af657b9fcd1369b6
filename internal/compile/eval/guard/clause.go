package guard

import (
	"github.com/kudoc/kudoc/internal/compile/expr"
)

// Clauses are the atoms as conditions around a part.
func (g Guard) Clauses() []expr.Clause {
	var out []expr.Clause
	for _, a := range g {
		out = append(out, expr.Clause{Cond: a.X()})
	}
	return out
}

// Missing are the conditions of the guard that are not among the clauses already.
func (g Guard) Missing(clauses []expr.Clause) []expr.Clause {
	have := map[string]bool{}
	for _, c := range clauses {
		if c.Cond != nil {
			have[c.Cond.CEL()] = true
		}
	}
	var out []expr.Clause
	for _, c := range g.Clauses() {
		if !have[c.Cond.CEL()] {
			out = append(out, c)
		}
	}
	return out
}

// OfClauses is the conjunction of clauses. ok is false if there is a loop among them.
func OfClauses(clauses []expr.Clause) (g Guard, ok bool) {
	for _, c := range clauses {
		if c.Src != nil {
			return nil, false
		}
		g = g.And(Of(c.Cond)...)
	}
	return g, true
}

// Prune drops the conditions that the guard implies from the clauses before the first loop. ok is false if one of them
// cannot hold.
func (g Guard) Prune(clauses []expr.Clause) (out []expr.Clause, ok bool) {
	for i, cl := range clauses {
		if cl.Src != nil {
			return append(out, clauses[i:]...), true
		}
		atoms := Of(cl.Cond)
		if g.ExcludesAny(atoms) {
			return nil, false
		}
		if len(atoms.Minus(g)) > 0 {
			out = append(out, cl)
		}
	}
	return out, true
}
