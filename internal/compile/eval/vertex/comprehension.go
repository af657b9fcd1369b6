package vertex

import (
	"slices"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/eval/guard"
	"github.com/kudoc/kudoc/internal/compile/eval/syntax"
	"github.com/kudoc/kudoc/internal/compile/expr"
)

// iteration is one way through the clauses of a comprehension: the scope of its body, the symbolic clauses that remain
// around it, and the conditions among them.
type iteration struct {
	scope   *Scope
	clauses []expr.Clause
	guard   guard.Guard
	list    bool // makes elements, whose order counts
}

// keepsLoops says whether a loop over what is known stays one: unrolled within a loop at run time, it would first make the
// elements of one of its iterations for all of the outer ones.
func (it iteration) keepsLoops() bool {
	return it.list && slices.ContainsFunc(it.clauses, func(c expr.Clause) bool { return c.Src != nil })
}

func (it iteration) bind(vars map[string]*Vertex) iteration {
	it.scope = &Scope{up: it.scope, vars: vars}
	return it
}

func (it iteration) when(g guard.Guard) iteration {
	it.clauses = append(it.clauses[:len(it.clauses):len(it.clauses)], g.Clauses()...)
	it.guard = it.guard.And(g...)
	return it
}

func (it iteration) loop(name string, src *expr.X) iteration {
	it.clauses = append(it.clauses[:len(it.clauses):len(it.clauses)], expr.Clause{Var: name, Src: src})
	return it
}

// iterate calls yield for every iteration that is known now; what is not known stays as clauses around it.
func (g *Graph) iterate(cls []ast.Clause, it iteration, yield func(iteration)) {
	if len(cls) == 0 {
		yield(it)
		return
	}
	next := func(it iteration) { g.iterate(cls[1:], it, yield) }
	switch c := cls[0].(type) {
	case *ast.IfClause:
		g.ifClause(c, it, next)
	case *ast.LetClause:
		next(it.bind(map[string]*Vertex{c.Ident.Name: g.Anonymous(c.Expr, it.scope)}))
	case *ast.ForClause:
		g.forClause(c, it, next)
	case *ast.TryClause:
		g.Refuse(c, "use if field != _|_ {...}", "try is not supported")
	default:
		g.Fail(c, "unsupported clause %s", syntax.Describe(c))
	}
}

func (g *Graph) ifClause(c *ast.IfClause, it iteration, next func(iteration)) {
	var x *expr.X
	g.Under(it.guard, func() { x = g.exprs.Compile(c.Condition, it.scope) })
	if x.Type.Kind != expr.Bool && x.Type.Kind != expr.Any {
		g.Fail(c.Condition, "the condition is %s, not bool", x.Type.Kind)
	}
	if x.IsLit() {
		if x.IsTrue() {
			next(it)
		}
		return
	}
	atoms := guard.Of(x).At(c.Condition.Pos())
	if it.guard.ExcludesAny(atoms) {
		return
	}
	next(it.when(atoms.Minus(it.guard)))
}

func (g *Graph) forClause(c *ast.ForClause, it iteration, next func(iteration)) {
	src := g.exprs.Evaluate(c.Source, it.scope).Deref()
	if src.Input != nil && !it.keepsLoops() {
		src = g.inputFields(src.Input)
	}
	sorted := src.Expand()
	switch {
	case it.keepsLoops():
		g.loop(c, g.exprs.Value(src, it.guard), it, next)
	case sorted.IsStruct && len(sorted.Parts)+len(sorted.Syms)+len(sorted.Scalars) > 0:
		g.loop(c, g.exprs.Value(src, it.guard), it, next)
	case sorted.IsStruct:
		g.eachField(c, src, it, next)
	case len(sorted.Lists) > 0 && len(sorted.Scalars)+len(sorted.Syms) == 0:
		g.eachItem(c, src, it, next)
	default:
		x := g.exprs.Value(src, it.guard)
		l, ok := x.Lit.([]any)
		if !x.IsLit() || !ok {
			g.loop(c, x, it, next)
			return
		}
		for i, e := range l {
			next(it.bind(g.loopVars(c, g.Constant(expr.LitInt(int64(i))), g.Constant(expr.Lit(e)))))
		}
	}
}

// inputFields are the fields of an input, in the order of their names: what an API server stores has no other.
func (g *Graph) inputFields(input *expr.X) *Vertex {
	x, t := *input, *input.Type
	t.Fields = slices.SortedFunc(slices.Values(t.Fields), func(a, b expr.Field) int { return strings.Compare(a.Name, b.Name) })
	x.Type = &t
	v := g.vertex(nil, "")
	v.Conjuncts = []Conjunct{{Sym: &x}}
	return v
}

func (g *Graph) loopVars(c *ast.ForClause, key, value *Vertex) map[string]*Vertex {
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
func (g *Graph) eachField(c *ast.ForClause, src *Vertex, it iteration, next func(iteration)) {
	for _, a := range src.content.Arcs {
		if a.Label.Kind != Regular || a.Optional {
			continue
		}
		inner := it
		if when := a.Presence(it.guard); when != nil {
			if len(when) > 1 {
				g.Fail(c.Source, "a loop over a struct whose field %s exists under several conditions is not supported", a.Label)
			}
			if when[0].Impossible() {
				continue
			}
			inner = it.when(when[0])
		}
		next(inner.bind(g.loopVars(c, g.Constant(expr.Lit(a.Label.Name)), a.Vertex)))
	}
}

// eachItem unrolls a loop over a list literal. Where the literal has conditional elements, an element's index is not
// known, and a loop that wants it becomes a loop at run time.
func (g *Graph) eachItem(c *ast.ForClause, src *Vertex, it iteration, next func(iteration)) {
	items := Prune(src.ItemsUnder(it.guard), g.Known.And(it.guard...))
	for _, el := range items {
		if len(el.Clauses) > 0 && c.Key != nil {
			g.loop(c, g.exprs.Value(src, it.guard), it, next)
			return
		}
	}
	for i, el := range items {
		inner := it
		inner.clauses = append(inner.clauses[:len(inner.clauses):len(inner.clauses)], el.Clauses...)
		inner.guard = inner.guard.And(el.Guard...)
		next(inner.bind(g.loopVars(c, g.Constant(expr.LitInt(int64(i))), el.Value)))
	}
}

// loop makes a loop at run time, over a list, or over the entries of a map.
func (g *Graph) loop(c *ast.ForClause, x *expr.X, it iteration, next func(iteration)) {
	name := g.loopName(c)
	pair := func(function, key string, keyType, elem *expr.Type) {
		t := &expr.Type{Kind: expr.Struct, Fields: []expr.Field{{Name: key, Type: keyType}, {Name: "value", Type: elem}}}
		v := expr.Var(name, t)
		inner := it.loop(name, expr.Call(function, expr.ListOf(t), x))
		next(inner.bind(g.loopVars(c, g.Constant(expr.Sel(v, key, keyType)), g.Constant(expr.Sel(v, "value", elem)))))
	}
	switch x.Type.Kind {
	case expr.List:
		if c.Key != nil {
			pair("enumerate", "index", expr.TInt, x.Type.Elem)
			return
		}
		next(it.loop(name, x).bind(g.loopVars(c, nil, g.Constant(expr.Var(name, x.Type.Elem)))))
	case expr.Map:
		pair("entries", "key", expr.TString, x.Type.Elem)
	case expr.Struct:
		pair("entries", "key", expr.TString, expr.TAny)
	default:
		list := listInObject(x)
		if list == nil {
			g.Fail(c.Source, "cannot loop over a value of type %s", x.Type.Kind)
		}
		g.loop(c, list, it, next)
	}
}

// listInObject is a part of the object in the cluster as a list, which it must turn out to be; of anything else it is nil.
// Loops over conditions are so common that they need no type.
func listInObject(x *expr.X) *expr.X {
	root := x
	for root.Op == expr.OpSel || root.Op == expr.OpIdx {
		root = root.Args[0]
	}
	if x.Type.Kind != expr.Any || root.Op != expr.OpVar || root.Name != "object" {
		return nil
	}
	list := expr.ListOf(expr.TAny)
	return expr.Call("check", list, x, expr.Call("is_list", expr.TBool, x), expr.Lit("want a list"))
}

func (g *Graph) loopName(c *ast.ForClause) string {
	if c.Value == nil {
		return g.LoopVar("e")
	}
	return g.LoopVar(c.Value.Name)
}

// comprehension adds what a comprehension in a struct yields.
func (l *literalScope) comprehension(c *ast.Comprehension) {
	g := l.g
	it := iteration{scope: l.inner, guard: l.Guard}
	g.iterate(c.Clauses, it, func(it iteration) {
		for _, cl := range it.clauses {
			if cl.Src != nil {
				l.loopBody(c, it)
				return
			}
		}
		l.add(Conjunct{Guard: it.guard, closers: l.closers, Scope: it.scope, Expr: c.Value})
	})
	g.otherwise(c, it, func(it iteration, body ast.Expr) {
		l.add(Conjunct{Guard: it.guard, closers: l.closers, Scope: it.scope, Expr: body})
	})
}

// otherwise calls yield for what a comprehension yields if its condition is false, if it says so.
func (g *Graph) otherwise(c *ast.Comprehension, it iteration, yield func(iteration, ast.Expr)) {
	if c.Fallback == nil {
		return
	}
	cond, ok := c.Clauses[0].(*ast.IfClause)
	if !ok || len(c.Clauses) > 1 {
		g.Refuse(c.Fallback, "write a second comprehension with the opposite condition", "otherwise is not supported")
	}
	opposite := &ast.IfClause{If: cond.If, Condition: &ast.UnaryExpr{OpPos: cond.Condition.Pos(), Op: token.NOT, X: cond.Condition}}
	g.ifClause(opposite, it, func(it iteration) { yield(it, c.Fallback.Body) })
}

// loopBody adds the body of a loop at run time.
func (l *literalScope) loopBody(c *ast.Comprehension, it iteration) {
	g := l.g
	l.IsStruct = true
	body := g.vertex(l.v, "for")
	body.pos = c.Pos()
	body.Conjuncts = []Conjunct{{Guard: it.guard, closers: l.closers, Scope: it.scope, Expr: c.Value}}
	body.content.Patterns = l.Patterns
	made := body.Expand()
	for _, a := range made.Arcs {
		if a.Label.Kind != Regular || a.Optional {
			continue
		}
		p := g.repeated(c, a, it)
		p.closers = l.closers
		l.Parts = append(l.Parts, p)
	}
	if len(made.Scalars)+len(made.Lists) > 0 {
		g.Fail(c, "a loop in a struct must make fields")
	}
	for _, p := range made.Parts {
		p.Clauses = append(it.clauses[:len(it.clauses):len(it.clauses)], p.Clauses...)
		p.pos = c.Pos()
		l.Parts = append(l.Parts, p)
	}
	for _, s := range made.Syms {
		l.Parts = append(l.Parts, Part{Guard: it.guard, closers: l.closers, Clauses: it.clauses, Sym: s.Sym, pos: c.Pos()})
	}
}

// repeated is a field with a fixed name in the body of a loop at run time: what the iterations make of it is unified when
// they are known. Where a default is involved, that is not what CUE does, which unifies before it chooses.
func (g *Graph) repeated(c *ast.Comprehension, a *Arc, it iteration) Part {
	if hasDisjunction(a.Vertex) {
		g.Refuse(c, "compute the name of the field, or give it one value", "a loop over an input makes the field %s, which has a default", a.Label)
	}
	when := a.Presence(it.guard)
	if len(when) > 1 {
		g.Refuse(c, "join the conditions with ||", "a loop over an input makes the field %s under several conditions", a.Label)
	}
	p := Part{Guard: it.guard, Clauses: it.clauses, Key: expr.Lit(a.Label.Name), fixed: true, Value: a.Vertex, pos: c.Pos()}
	if len(when) == 1 {
		p.Clauses = append(p.Clauses[:len(p.Clauses):len(p.Clauses)], when[0].Clauses()...)
		p.Guard = p.Guard.And(when[0]...)
	}
	return p
}

// hasDisjunction says whether a disjunction contributes to a value or something in it.
func hasDisjunction(v *Vertex) bool {
	c := v.Expand()
	for _, s := range c.Scalars {
		if len(syntax.Disjuncts(s.Expr)) > 1 {
			return true
		}
	}
	for _, a := range c.Arcs {
		if hasDisjunction(a.Vertex) {
			return true
		}
	}
	for _, p := range c.Parts {
		if p.Value != nil && hasDisjunction(p.Value) {
			return true
		}
	}
	if len(c.Lists) > 0 {
		for _, it := range v.Items(c.Lists) {
			if hasDisjunction(it.Value) {
				return true
			}
		}
	}
	return false
}
