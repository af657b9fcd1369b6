package guard

import (
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/expr"
)

// Atom is a condition on inputs, or its negation.
type Atom struct {
	key     string // the printed condition: what makes atoms equal
	negated bool
	x       *expr.X // the condition, not negated
}

// Holds is the atom's condition.
func (a Atom) Holds() Atom { return Atom{a.key, false, a.x} }

// Fails is the negation of the atom's condition.
func (a Atom) Fails() Atom { return Atom{a.key, true, a.x} }

// X is the atom as an expression.
func (a Atom) X() *expr.X {
	if a.negated {
		return expr.Not(a.x)
	}
	return a.x
}

// Guard is a conjunction of atoms. The same type serves as path condition: what is known to hold where a value is read.
type Guard []Atom

// Has says whether the guard implies the atom because it contains it.
func (g Guard) Has(a Atom) bool {
	for _, b := range g {
		if a.key == b.key && a.negated == b.negated {
			return true
		}
	}
	return false
}

// Mentions says whether the guard contains the atom or its negation.
func (g Guard) Mentions(a Atom) bool {
	for _, b := range g {
		if a.key == b.key {
			return true
		}
	}
	return false
}

// Excludes says whether the guard and the atom cannot both hold.
func (g Guard) Excludes(a Atom) bool {
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

// And is the conjunction of the guard with more atoms. It never changes g.
func (g Guard) And(as ...Atom) Guard {
	out := g[:len(g):len(g)]
	for _, a := range as {
		if !out.Has(a) {
			out = append(out, a)
		}
	}
	return out
}

// Minus are the atoms that pc does not already imply.
func (g Guard) Minus(pc Guard) Guard {
	var out Guard
	for _, a := range g {
		if !pc.Has(a) {
			out = append(out, a)
		}
	}
	return out
}

// Contradictory says whether the guard contradicts itself.
func (g Guard) Contradictory() bool {
	for i, a := range g {
		if g[i+1:].Excludes(a) {
			return true
		}
	}
	return false
}

// X is the guard as an expression.
func (g Guard) X() *expr.X {
	var out *expr.X
	for _, a := range g {
		out = expr.And(out, a.X())
	}
	if out == nil {
		return expr.Lit(true)
	}
	return out
}

// AnyOf is the disjunction of guards.
func AnyOf(gs []Guard) *expr.X {
	out := expr.Lit(false)
	for _, g := range gs {
		out = expr.Or(out, g.X())
	}
	return out
}

// positive are comparisons and the ones that they are the negation of, so that `a >= b` and `a < b` share an atom.
var positive = map[string]string{"!=": "==", ">=": "<", "<=": ">"}

// Of splits a condition into atoms.
func Of(x *expr.X) Guard {
	if x.Op == expr.OpBin && x.Name == "&&" {
		return Of(x.Args[0]).And(Of(x.Args[1])...)
	}
	negated := false
	for x.Op == expr.OpUn && x.Name == "!" {
		negated, x = !negated, x.Args[0]
	}
	if p, ok := positive[x.Name]; ok && x.Op == expr.OpBin {
		x = &expr.X{Op: expr.OpBin, Name: p, Type: expr.TBool, Args: x.Args}
		negated = !negated
	}
	return Guard{{x.CEL(), negated, x}}
}

// At is the guard with a position where its atoms have none.
func (g Guard) At(pos token.Pos) Guard {
	out := make(Guard, len(g))
	for i, a := range g {
		if !a.x.Pos.IsValid() {
			x := *a.x // others may share it
			x.Pos = pos
			a.x = &x
		}
		out[i] = a
	}
	return out
}

// ExcludesAny says whether the guard and another one cannot both hold.
func (g Guard) ExcludesAny(other Guard) bool {
	for _, a := range other {
		if g.Excludes(a) {
			return true
		}
	}
	return false
}

// negates says whether the guard is one atom, and the other one its negation.
func (g Guard) negates(other Guard) bool {
	return len(g) == 1 && len(other) == 1 && g[0].key == other[0].key && g[0].negated != other[0].negated
}

// never is the guard that never holds.
var never = Guard{{key: "false", x: expr.Lit(false)}}

// Impossible says whether the guard is what Open leaves where no alternative can hold.
func (g Guard) Impossible() bool { return len(g) == 1 && g[0].key == "false" }

// Open are alternatives as far as pc leaves them open; nil if one of them holds in any case.
func Open(alternatives []Guard, pc Guard) []Guard {
	var out []Guard
	for _, g := range alternatives {
		if pc.ExcludesAny(g) {
			continue
		}
		open := g.Minus(pc)
		if len(open) == 0 {
			return nil
		}
		out = append(out, open)
	}
	if len(out) == 0 {
		return []Guard{never}
	}
	for i := range out { // c || !c
		for j := range out {
			if out[i].negates(out[j]) {
				return nil
			}
		}
	}
	return out
}
