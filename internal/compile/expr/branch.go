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
	f := &branches{seen: map[string]bool{}}
	for _, r := range roots {
		f.in(r, nil)
	}
	return f.found
}

type branches struct {
	found []Branch
	seen  map[string]bool
}

// in finds the conditions in x, which is evaluated within clauses.
func (f *branches) in(x *X, within []Clause) {
	if x == nil {
		return
	}
	if x.Op == OpCond {
		f.in(x.Args[0], within)
		f.condition(x.Args[0], within)
		f.in(x.Args[1], extend(within, Clause{Cond: x.Args[0]}))
		f.in(x.Args[2], extend(within, Clause{Cond: Not(x.Args[0])}))
		return
	}
	for _, a := range x.Args {
		f.in(a, within)
	}
	for _, p := range x.Parts {
		inner := within
		for _, c := range p.Clauses {
			if c.Cond != nil {
				f.in(c.Cond, inner)
				f.condition(c.Cond, inner)
			}
			f.in(c.Src, inner)
			inner = extend(inner, c)
		}
		f.in(p.Key, inner)
		f.in(p.Val, inner)
	}
}

func (f *branches) condition(c *X, within []Clause) {
	if c.IsLit() || decided(within, c) {
		return
	}
	b := Branch{Condition: Printer{}.Print(c), Then: reached(within, c), Else: reached(within, Not(c)), Pos: written(c)}
	if key := b.Then.CEL(); !f.seen[key] {
		f.seen[key] = true
		f.found = append(f.found, b)
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
