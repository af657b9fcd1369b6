package vertex

import (
	"strconv"

	"cuelang.org/go/cue/ast"

	"github.com/kudoc/kudoc/internal/compile/eval/guard"
	"github.com/kudoc/kudoc/internal/compile/eval/syntax"
)

// listShape is one list literal among those that make a list: its elements, and what further elements must be.
type listShape struct {
	Conjunct
	items []Item
	open  bool
	tail  ast.Expr // of the further elements; nil for anything
}

// ItemsUnder returns the elements of a list that exists under pc without condition.
func (v *Vertex) ItemsUnder(pc guard.Guard) []Item {
	lists := v.Expand().Lists
	for _, l := range lists {
		if len(l.Guard.Minus(pc)) > 0 {
			v.g.Refuse(l, "write one list with conditional elements", "a list that exists under a condition only cannot be looped over")
		}
	}
	return v.Items(lists)
}

// Items unifies list literals element by element. The result does not depend on the path condition of the reader.
func (v *Vertex) Items(active []Conjunct) (items []Item) {
	c := &v.content
	if c.hasItems && len(active) == len(c.Lists) {
		return c.items
	}
	v.g.Unconditionally(func() {
		var shapes []*listShape
		for _, cj := range active {
			shapes = append(shapes, v.g.listShape(v, cj))
		}
		main := v.g.unifyLists(shapes)
		if main.open && main.tail != nil {
			c.Elem = []Conjunct{main.With(main.Scope, main.tail)}
		}
		items = main.items
	})
	if len(active) == len(c.Lists) {
		c.items, c.hasItems = items, true
	}
	return items
}

// Elements are the elements of one list literal.
func (v *Vertex) Elements(list Conjunct) []Item { return v.g.listShape(v, list).items }

func (g *Graph) unifyLists(shapes []*listShape) *listShape {
	main := mainShape(shapes)
	for _, s := range shapes {
		switch {
		case s == main:
		case s.open:
			g.constrainItems(main, s)
		default:
			g.unifyItems(main, s)
		}
	}
	return main
}

// mainShape is the literal that decides the number of elements: one without `...`, or else the longest.
func mainShape(shapes []*listShape) *listShape {
	main := shapes[0]
	for _, s := range shapes[1:] {
		if main.open && (!s.open || len(s.items) > len(main.items)) {
			main = s
		}
	}
	return main
}

func (g *Graph) listShape(v *Vertex, cj Conjunct) *listShape {
	out := &listShape{Conjunct: cj}
	element := func(x ast.Expr, it iteration) {
		e := g.vertex(v, strconv.Itoa(len(out.items)))
		e.pos = x.Pos()
		e.Conjuncts = []Conjunct{{Guard: it.guard, closers: cj.closers, Scope: it.scope, Expr: x}}
		out.items = append(out.items, Item{Clauses: it.clauses, Guard: it.guard.Minus(cj.Guard), Value: e})
	}
	for _, el := range cj.Expr.(*ast.ListLit).Elts {
		switch el := el.(type) {
		case *ast.Ellipsis:
			out.open, out.tail = true, el.Type
		case *ast.Comprehension:
			it := iteration{scope: cj.Scope, guard: cj.Guard, list: true}
			g.iterate(el.Clauses, it, func(it iteration) { element(el.Value, it) })
			g.otherwise(el, it, func(it iteration, body ast.Expr) { element(body, it) })
		default:
			element(el, iteration{scope: cj.Scope, guard: cj.Guard})
		}
	}
	return out
}

func conditional(items []Item) bool {
	for _, it := range items {
		if len(it.Clauses) > 0 {
			return true
		}
	}
	return false
}

// unifyItems unifies two lists of the same length.
func (g *Graph) unifyItems(main, s *listShape) {
	if conditional(main.items) || conditional(s.items) {
		g.Refuse(s, "write one of the lists only", "the unification of two lists with conditional elements is not supported")
	}
	if len(main.items) != len(s.items) {
		g.Conflict(s, "conflicting lists of %d and %d elements", len(main.items), len(s.items))
	}
	for i := range s.items {
		main.items[i].Value.Conjuncts = append(main.items[i].Value.Conjuncts, s.items[i].Value.Conjuncts...)
	}
}

// constrainItems applies a list with `...`: its elements in order, its tail to all further ones.
func (g *Graph) constrainItems(main, s *listShape) {
	prefix := len(s.items)
	if prefix > 0 && conditional(main.items) {
		if !s.uniform() {
			g.Refuse(main, "declare the type of all elements: [...type]", "the unification of a list with conditional elements and one with fixed elements is not supported")
		}
		prefix = 0
	}
	if len(main.items) < prefix {
		g.Conflict(main, "the list has %d elements, but needs at least %d", len(main.items), prefix)
	}
	for i := range main.items {
		e := main.items[i].Value
		switch {
		case i < prefix:
			e.Conjuncts = append(e.Conjuncts, s.items[i].Value.Conjuncts...)
		case s.tail != nil:
			e.Conjuncts = append(e.Conjuncts, s.With(s.Scope, s.tail))
		}
	}
}

// uniform says whether a list such as [#Step, ...#Step] demands the same of every element.
func (s *listShape) uniform() bool {
	if s.tail == nil || conditional(s.items) {
		return false
	}
	for _, it := range s.items {
		if syntax.Format(it.Value.Conjuncts[0].Expr) != syntax.Format(s.tail) {
			return false
		}
	}
	return true
}

// Prune simplifies the clauses of elements under a path condition, and drops those that cannot exist.
func Prune(items []Item, pc guard.Guard) []Item {
	if len(pc) == 0 {
		return items
	}
	out := make([]Item, 0, len(items))
	for _, it := range items {
		clauses, ok := pc.Prune(it.Clauses)
		if !ok {
			continue
		}
		it.Clauses, it.Guard = clauses, it.Guard.Minus(pc)
		out = append(out, it)
	}
	return out
}
