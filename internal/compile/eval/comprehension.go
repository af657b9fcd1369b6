package eval

import (
	"strconv"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/expr"
)

// iteration is one way through the clauses of a comprehension: the scope of its body, the symbolic clauses that remain
// around it, and the conditions among them.
type iteration struct {
	scope   *Scope
	clauses []expr.Clause
	guard   guard
}

func (it iteration) bind(vars map[string]*Vertex) iteration {
	it.scope = &Scope{up: it.scope, vars: vars}
	return it
}

func (it iteration) when(g guard) iteration {
	it.clauses = append(it.clauses[:len(it.clauses):len(it.clauses)], g.clauses()...)
	it.guard = it.guard.and(g...)
	return it
}

func (it iteration) loop(name string, src *expr.X) iteration {
	it.clauses = append(it.clauses[:len(it.clauses):len(it.clauses)], expr.Clause{Var: name, Src: src})
	return it
}

// iterate calls yield for every iteration that is known now; what is not known stays as clauses around it.
func (ev *Evaluator) iterate(cls []ast.Clause, it iteration, yield func(iteration)) {
	if len(cls) == 0 {
		yield(it)
		return
	}
	next := func(it iteration) { ev.iterate(cls[1:], it, yield) }
	switch c := cls[0].(type) {
	case *ast.IfClause:
		ev.ifClause(c, it, next)
	case *ast.LetClause:
		next(it.bind(map[string]*Vertex{c.Ident.Name: ev.anonymous(it.scope, c.Expr)}))
	case *ast.ForClause:
		ev.forClause(c, it, next)
	default:
		ev.fail(c, "unsupported clause %s", describe(c))
	}
}

func (ev *Evaluator) ifClause(c *ast.IfClause, it iteration, next func(iteration)) {
	var x *expr.X
	ev.under(it.guard, func() { x = ev.condition(c.Condition, it.scope) })
	if x.Type.Kind != expr.Bool && x.Type.Kind != expr.Any {
		ev.fail(c.Condition, "the condition is %s, not bool", x.Type.Kind)
	}
	if x.IsLit() {
		if x.IsTrue() {
			next(it)
		}
		return
	}
	atoms := atomsOf(x)
	if excludesAny(it.guard, atoms) {
		return
	}
	next(it.when(atoms.minus(it.guard)))
}

func (ev *Evaluator) forClause(c *ast.ForClause, it iteration, next func(iteration)) {
	src := ev.valueOf(c.Source, it.scope)
	src.expand()
	switch {
	case src.input != nil:
		ev.loop(c, src.input, it, next)
	case src.isStruct && len(src.parts)+len(src.syms)+len(src.scalars) > 0:
		ev.loop(c, ev.toX(src, it.guard), it, next)
	case src.isStruct:
		ev.eachField(c, src, it, next)
	case len(src.lists) > 0 && len(src.scalars)+len(src.syms) == 0:
		ev.eachItem(c, src, it, next)
	default:
		x := ev.toX(src, it.guard)
		l, ok := x.Lit.([]any)
		if !x.IsLit() || !ok {
			ev.loop(c, x, it, next)
			return
		}
		for i, e := range l {
			next(it.bind(ev.loopVars(c, ev.constant(expr.LitInt(int64(i))), ev.constant(expr.Lit(e)))))
		}
	}
}

func (ev *Evaluator) loopVars(c *ast.ForClause, key, value *Vertex) map[string]*Vertex {
	out := map[string]*Vertex{}
	if c.Key != nil {
		out[c.Key.Name] = key
	}
	if c.Value != nil {
		out[c.Value.Name] = value
	}
	return out
}

// eachField unrolls a loop over a struct of known fields.
func (ev *Evaluator) eachField(c *ast.ForClause, src *Vertex, it iteration, next func(iteration)) {
	for _, a := range src.arcs {
		if a.Label.Kind != Regular || a.optional {
			continue
		}
		inner := it
		if when := ev.presence(a, it.guard); when != nil {
			if len(when) > 1 {
				ev.fail(c.Source, "a loop over a struct whose field %s exists under several conditions is not supported", a.Label)
			}
			if when[0].impossible() {
				continue
			}
			inner = it.when(when[0])
		}
		next(inner.bind(ev.loopVars(c, ev.constant(expr.Lit(a.Label.Name)), a.Vertex)))
	}
}

// eachItem unrolls a loop over a list literal. Where the literal has conditional elements, an element's index is not
// known, and a loop that wants it becomes a loop at run time.
func (ev *Evaluator) eachItem(c *ast.ForClause, src *Vertex, it iteration, next func(iteration)) {
	items := prune(ev.listItems(src, it.guard), ev.pc.and(it.guard...))
	for _, el := range items {
		if len(el.clauses) > 0 && c.Key != nil {
			ev.loop(c, ev.toX(src, it.guard), it, next)
			return
		}
	}
	for i, el := range items {
		inner := it
		inner.clauses = append(inner.clauses[:len(inner.clauses):len(inner.clauses)], el.clauses...)
		inner.guard = inner.guard.and(el.guard...)
		next(inner.bind(ev.loopVars(c, ev.constant(expr.LitInt(int64(i))), el.value)))
	}
}

// loop makes a loop at run time, over a list, or over the entries of a map.
func (ev *Evaluator) loop(c *ast.ForClause, x *expr.X, it iteration, next func(iteration)) {
	name := ev.loopName(c)
	pair := func(function, key string, keyType, elem *expr.Type) {
		t := &expr.Type{Kind: expr.Struct, Fields: []expr.Field{{Name: key, Type: keyType}, {Name: "value", Type: elem}}}
		v := expr.Var(name, t)
		inner := it.loop(name, expr.Call(function, expr.ListOf(t), x))
		next(inner.bind(ev.loopVars(c, ev.constant(expr.Sel(v, key, keyType)), ev.constant(expr.Sel(v, "value", elem)))))
	}
	switch x.Type.Kind {
	case expr.List:
		if c.Key != nil {
			pair("enumerate", "index", expr.TInt, x.Type.Elem)
			return
		}
		next(it.loop(name, x).bind(ev.loopVars(c, nil, ev.constant(expr.Var(name, x.Type.Elem)))))
	case expr.Map:
		pair("entries", "key", expr.TString, x.Type.Elem)
	case expr.Struct:
		pair("entries", "key", expr.TString, expr.TAny)
	default:
		ev.fail(c.Source, "cannot loop over a value of type %s", x.Type.Kind)
	}
}

// loopName is unique in the program; the printer makes it readable again.
func (ev *Evaluator) loopName(c *ast.ForClause) string {
	if c.Value == nil {
		return ev.loopVar("e")
	}
	return ev.loopVar(c.Value.Name)
}

func (ev *Evaluator) loopVar(name string) string {
	ev.loops++
	return strings.TrimRight(name, "0123456789") + "@" + strconv.Itoa(ev.loops)
}

// comprehension adds what a comprehension in a struct yields.
func (l *literalScope) comprehension(c *ast.Comprehension) {
	ev := l.ev
	if c.Fallback != nil {
		ev.refuse(c, "write a second comprehension with the opposite condition", "else is not supported")
	}
	ev.iterate(c.Clauses, iteration{scope: l.scope, guard: l.guard}, func(it iteration) {
		for _, cl := range it.clauses {
			if cl.Src != nil {
				l.loopBody(c, it)
				return
			}
		}
		l.add(conj{guard: it.guard, closers: l.closers, scope: it.scope, expr: c.Value})
	})
}

// loopBody adds the body of a loop at run time.
func (l *literalScope) loopBody(c *ast.Comprehension, it iteration) {
	ev, v := l.ev, l.v
	v.isStruct = true
	body := ev.vertex(v, "for")
	body.pos = c.Pos()
	body.conjs = []conj{{guard: it.guard, closers: l.closers, scope: it.scope, expr: c.Value}}
	body.patterns = v.patterns
	body.expand()
	for _, a := range body.arcs {
		if a.Label.Kind != Regular || a.optional {
			continue
		}
		p := ev.repeated(c, a, it)
		p.closers = l.closers
		v.parts = append(v.parts, p)
	}
	if len(body.scalars)+len(body.lists) > 0 {
		ev.fail(c, "a loop in a struct must make fields")
	}
	for _, p := range body.parts {
		p.clauses = append(it.clauses[:len(it.clauses):len(it.clauses)], p.clauses...)
		p.pos = c.Pos()
		v.parts = append(v.parts, p)
	}
	for _, s := range body.syms {
		v.parts = append(v.parts, part{guard: it.guard, closers: l.closers, clauses: it.clauses, sym: s.sym, pos: c.Pos()})
	}
}

// repeated is a field with a fixed name in the body of a loop at run time: what the iterations make of it is unified when
// they are known. Where a default is involved, that is not what CUE does, which unifies before it chooses.
func (ev *Evaluator) repeated(c *ast.Comprehension, a *Arc, it iteration) part {
	if hasDisjunction(a.Vertex) {
		ev.refuse(c, "compute the name of the field, or give it one value", "a loop over an input makes the field %s, which has a default", a.Label)
	}
	when := ev.presence(a, it.guard)
	if len(when) > 1 {
		ev.refuse(c, "join the conditions with ||", "a loop over an input makes the field %s under several conditions", a.Label)
	}
	p := part{guard: it.guard, clauses: it.clauses, key: expr.Lit(a.Label.Name), fixed: true, value: a.Vertex, pos: c.Pos()}
	if len(when) == 1 {
		p.clauses = append(p.clauses[:len(p.clauses):len(p.clauses)], when[0].clauses()...)
		p.guard = p.guard.and(when[0]...)
	}
	return p
}

// hasDisjunction says whether a disjunction contributes to a value or something in it.
func hasDisjunction(v *Vertex) bool {
	v.expand()
	for _, s := range v.scalars {
		if len(Disjuncts(s.expr)) > 1 {
			return true
		}
	}
	for _, a := range v.arcs {
		if hasDisjunction(a.Vertex) {
			return true
		}
	}
	for _, p := range v.parts {
		if p.value != nil && hasDisjunction(p.value) {
			return true
		}
	}
	if len(v.lists) > 0 {
		for _, it := range v.ev.itemsOf(v, v.lists) {
			if hasDisjunction(it.value) {
				return true
			}
		}
	}
	return false
}

// describe names a kind of syntax for people.
func describe(n ast.Node) string {
	switch n := n.(type) {
	case *ast.Comprehension:
		return "comprehension"
	case *ast.SliceExpr:
		return "slice"
	case *ast.Func:
		return "function"
	case *ast.BasicLit:
		return "literal " + n.Value
	case *ast.UnaryExpr:
		return "operator " + n.Op.String()
	case *ast.BinaryExpr:
		return "operator " + n.Op.String()
	case *ast.PostfixExpr:
		return "operator " + token.ELLIPSIS.String()
	case *ast.BottomLit:
		return "_|_"
	case *ast.StructLit:
		return "struct"
	case *ast.ListLit:
		return "list"
	}
	return strings.TrimPrefix(strings.TrimPrefix(typeName(n), "*ast."), "ast.")
}
