package eval

import (
	"strconv"

	"cuelang.org/go/cue/ast"

	"github.com/kudoc/kudoc/internal/compile/expr"
)

// listShape is one list literal among those that make a list: its elements, and what further elements must be.
type listShape struct {
	conj
	items []item
	open  bool
	tail  ast.Expr // of the further elements; nil for anything
}

// listItems returns the elements of a list that exists under pc without condition.
func (ev *Evaluator) listItems(v *Vertex, pc guard) []item {
	v.expand()
	for _, l := range v.lists {
		if len(l.guard.minus(pc)) > 0 {
			ev.refuse(l, "write one list with conditional elements", "a list that exists under a condition only cannot be looped over")
		}
	}
	return ev.itemsOf(v, v.lists)
}

// itemsOf unifies list literals element by element. The result does not depend on the path condition of the reader.
func (ev *Evaluator) itemsOf(v *Vertex, active []conj) []item {
	if v.hasItems && len(active) == len(v.lists) {
		return v.items
	}
	pc := ev.pc
	ev.pc = nil
	defer func() { ev.pc = pc }()
	var shapes []*listShape
	for _, cj := range active {
		shapes = append(shapes, ev.listShape(v, cj))
	}
	main := mainShape(shapes)
	for _, s := range shapes {
		switch {
		case s == main:
		case s.open:
			ev.constrainItems(main, s)
		default:
			ev.unifyItems(main, s)
		}
	}
	if main.open && main.tail != nil {
		v.elem = []conj{main.with(main.scope, main.tail)}
	}
	if len(active) == len(v.lists) {
		v.items, v.hasItems = main.items, true
	}
	return main.items
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

func (ev *Evaluator) listShape(v *Vertex, cj conj) *listShape {
	out := &listShape{conj: cj}
	element := func(x ast.Expr, it iteration) {
		e := ev.vertex(v, strconv.Itoa(len(out.items)))
		e.pos = x.Pos()
		e.conjs = []conj{{guard: it.guard, closers: cj.closers, scope: it.scope, expr: x}}
		out.items = append(out.items, item{clauses: it.clauses, guard: it.guard.minus(cj.guard), value: e})
	}
	for _, el := range cj.expr.(*ast.ListLit).Elts {
		switch el := el.(type) {
		case *ast.Ellipsis:
			out.open, out.tail = true, el.Type
		case *ast.Comprehension:
			if el.Fallback != nil {
				ev.refuse(el, "write a second comprehension with the opposite condition", "else is not supported")
			}
			ev.iterate(el.Clauses, iteration{scope: cj.scope, guard: cj.guard}, func(it iteration) { element(el.Value, it) })
		default:
			element(el, iteration{scope: cj.scope, guard: cj.guard})
		}
	}
	return out
}

func conditional(items []item) bool {
	for _, it := range items {
		if len(it.clauses) > 0 {
			return true
		}
	}
	return false
}

// unifyItems unifies two lists of the same length.
func (ev *Evaluator) unifyItems(main, s *listShape) {
	if conditional(main.items) || conditional(s.items) {
		ev.refuse(s, "write one of the lists only", "the unification of two lists with conditional elements is not supported")
	}
	if len(main.items) != len(s.items) {
		raise(&Error{Pos: ev.position(s), Msg: "conflicting lists of " + strconv.Itoa(len(main.items)) + " and " + strconv.Itoa(len(s.items)) + " elements", Conflict: true})
	}
	for i := range s.items {
		main.items[i].value.conjs = append(main.items[i].value.conjs, s.items[i].value.conjs...)
	}
}

// constrainItems applies a list with `...`: its elements in order, its tail to all further ones.
func (ev *Evaluator) constrainItems(main, s *listShape) {
	prefix := len(s.items)
	if prefix > 0 && conditional(main.items) {
		if !s.uniform(ev) {
			ev.refuse(main, "", "the unification of a list with conditional elements and one with fixed elements is not supported")
		}
		prefix = 0
	}
	if len(main.items) < prefix {
		raise(&Error{Pos: ev.position(main), Msg: "the list has " + strconv.Itoa(len(main.items)) + " elements, but needs at least " + strconv.Itoa(prefix), Conflict: true})
	}
	for i := range main.items {
		e := main.items[i].value
		switch {
		case i < prefix:
			e.conjs = append(e.conjs, s.items[i].value.conjs...)
		case s.tail != nil:
			e.conjs = append(e.conjs, s.with(s.scope, s.tail))
		}
	}
}

// uniform says whether a list such as [#Step, ...#Step] demands the same of every element.
func (s *listShape) uniform(ev *Evaluator) bool {
	if s.tail == nil || conditional(s.items) {
		return false
	}
	for _, it := range s.items {
		if ev.format(it.value.conjs[0].expr) != ev.format(s.tail) {
			return false
		}
	}
	return true
}

// prune simplifies the clauses of elements under a path condition, and drops those that cannot exist.
func prune(items []item, pc guard) []item {
	if len(pc) == 0 {
		return items
	}
	out := make([]item, 0, len(items))
next:
	for _, it := range items {
		var clauses []expr.Clause
		for i, cl := range it.clauses {
			if cl.Src != nil {
				clauses = append(clauses, it.clauses[i:]...)
				break
			}
			atoms := atomsOf(cl.Cond)
			if excludesAny(pc, atoms) {
				continue next
			}
			if len(atoms.minus(pc)) > 0 {
				clauses = append(clauses, cl)
			}
		}
		it.clauses, it.guard = clauses, it.guard.minus(pc)
		out = append(out, it)
	}
	return out
}

// listX is a list as an expression.
func (ev *Evaluator) listX(v *Vertex, active []conj, pc guard) *expr.X {
	out := &expr.X{Op: expr.OpList}
	constants := []any{}
	var elem *expr.Type
	items := prune(ev.itemsOf(v, active), pc)
	for _, it := range items {
		x := ev.toX(it.value, pc.and(it.guard...))
		out.Parts = append(out.Parts, expr.Part{Clauses: it.clauses, Val: x})
		if len(it.clauses) == 0 && x.IsLit() {
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
