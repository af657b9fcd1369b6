package expr

import (
	"slices"

	"cuelang.org/go/cue/token"
)

// Branch is a condition that decides about a value, and how to find out whether an evaluation went one way or the other.
type Branch struct {
	Condition string // as CEL
	// Then is true if the condition is met and true, for some iteration if it is in a loop; Else if it is met and false.
	Then, Else *X
	Pos        token.Pos // where the author wrote it, where that is known
}

// Branches lists the conditions in expressions, each once, in the order in which they are met.
func Branches(roots []*X) []Branch {
	var found []Branch
	seen := map[string]bool{}
	w := walk{condition: func(b Branch) {
		if key := b.Then.CEL(); !seen[key] {
			seen[key] = true
			found = append(found, b)
		}
	}}
	for _, r := range roots {
		w.in(r, nil)
	}
	return found
}

// Outside calls f for expressions and what is in them, as long as f says to go further in, except for the sides of
// conditions that are dead. A side is the CEL of the Then or Else of a Branch.
func Outside(roots []*X, dead map[string]bool, f func(*X) bool) {
	w := walk{node: f, dead: dead}
	for _, r := range roots {
		w.in(r, nil)
	}
}

// walk goes through expressions and knows under which conditions they are evaluated.
type walk struct {
	condition func(Branch)    // is called for each that is not decided already
	node      func(*X) bool   // says whether to go further in; nil always does
	dead      map[string]bool // sides to leave out
}

// in goes through x, which is evaluated within clauses.
func (w *walk) in(x *X, within []Clause) {
	if x == nil || w.node != nil && !w.node(x) {
		return
	}
	if x.Op == OpCond {
		w.in(x.Args[0], within)
		w.decide(x.Args[0], within)
		w.side(x.Args[1], within, Clause{Cond: x.Args[0]})
		w.side(x.Args[2], within, Clause{Cond: Not(x.Args[0])})
		return
	}
	for _, a := range x.Args {
		w.in(a, within)
	}
	for _, p := range x.Parts {
		w.part(p, within)
	}
}

// part goes through a part of a list or an object.
func (w *walk) part(p Part, within []Clause) {
	for _, c := range p.Clauses {
		if c.Cond != nil {
			w.in(c.Cond, within)
			w.decide(c.Cond, within)
			if w.isDead(within, c) {
				return
			}
		}
		w.in(c.Src, within)
		within = extend(within, c)
	}
	w.in(p.Key, within)
	w.in(p.Val, within)
}

func (w *walk) side(x *X, within []Clause, c Clause) {
	if !w.isDead(within, c) {
		w.in(x, extend(within, c))
	}
}

func (w *walk) isDead(within []Clause, c Clause) bool {
	return len(w.dead) > 0 && w.dead[Printer{}.Print(reached(within, c.Cond))]
}

func (w *walk) decide(c *X, within []Clause) {
	if w.condition != nil && !c.IsLit() && !decided(within, c) {
		w.condition(Branch{Condition: Printer{}.Print(c), Then: reached(within, c), Else: reached(within, Not(c)), Pos: written(c)})
	}
}

// decided says whether one of the clauses is the condition or its negation already.
func decided(within []Clause, c *X) bool {
	return slices.ContainsFunc(within, func(w Clause) bool {
		return w.Cond != nil && (w.Cond.CEL() == c.CEL() || Not(w.Cond).CEL() == c.CEL())
	})
}

// reached says whether any iteration of the clauses meets the condition.
func reached(within []Clause, c *X) *X {
	iterations := &X{Op: OpList, Type: ListOf(TBool), Parts: []Part{{Clauses: extend(within, Clause{Cond: c}), Val: Lit(true)}}}
	return Compare(">", Call("len", TInt, iterations), LitInt(0))
}

func extend(within []Clause, c Clause) []Clause { return append(slices.Clip(within), c) }

// written is where the author wrote a condition, or the first of those that it is made of.
func written(c *X) token.Pos {
	pos := token.NoPos
	c.Walk(func(x *X) {
		if !pos.IsValid() {
			pos = x.Pos
		}
	})
	return pos
}
