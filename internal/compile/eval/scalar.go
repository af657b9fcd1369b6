package eval

import (
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/expr"
)

// unification is the unification of the scalar conjuncts of a vertex that count in one case.
type unification struct {
	static  []conj   // constants, types, bounds, disjunctions of such
	sources []string // the same as CUE source
	values  []*expr.X
	dflt    *expr.X // of a disjunction whose default depends on inputs
	rest    []conj  // the other disjuncts of it
	choices []conj  // or([...]) and the like with options that depend on inputs
}

// scalarX unifies scalar conjuncts that all count.
func (ev *Evaluator) scalarX(v *Vertex, active []conj, pc guard) *expr.X {
	if len(active) == 0 {
		return expr.Fail(v.Path()+" has no value here", ev.where)
	}
	var out *expr.X
	ev.under(pc, func() {
		u := &unification{}
		for _, cj := range active {
			ev.collect(u, cj)
		}
		out = ev.unified(v, u)
	})
	return out
}

func (ev *Evaluator) collect(u *unification, cj conj) {
	if cj.sym != nil {
		u.addValue(cj.sym)
		return
	}
	if isErrorCall(cj.expr) {
		u.addValue(ev.compile(cj.expr, cj.scope))
		return
	}
	if src, ok := ev.source(cj.expr, cj.scope); ok {
		u.static = append(u.static, cj)
		u.addSource(src)
		return
	}
	ev.locate(cj, func() {
		b, ok := cj.expr.(*ast.BinaryExpr)
		if c, isCall := cj.expr.(*ast.CallExpr); isCall && ev.isChoice(c, cj.scope) {
			u.choices = append(u.choices, cj)
			return
		}
		if !ok || b.Op != token.OR {
			u.addValue(ev.compile(cj.expr, cj.scope))
			return
		}
		d, rest := ev.symbolicDefault(b, cj.scope)
		if u.dflt != nil {
			ev.fail(b, "more than one default that depends on inputs")
		}
		u.dflt = d
		src, ok := ev.source(rest, cj.scope)
		if !ok {
			ev.refuse(b, "choose between the values with if", "a disjunct that depends on inputs is supported as the default only")
		}
		u.addSource(src)
		u.rest = append(u.rest, cj.with(cj.scope, rest))
	})
}

func (u *unification) addSource(src string) {
	for _, s := range u.sources {
		if s == src {
			return
		}
	}
	u.sources = append(u.sources, src)
}

func (u *unification) addValue(x *expr.X) {
	for _, y := range u.values {
		if y.CEL() == x.CEL() {
			return
		}
	}
	u.values = append(u.values, x)
}

func isErrorCall(x ast.Expr) bool {
	c, ok := x.(*ast.CallExpr)
	if !ok {
		return false
	}
	id, ok := c.Fun.(*ast.Ident)
	return ok && id.Name == "error"
}

// unified is the value within the choices that depend on inputs.
func (ev *Evaluator) unified(v *Vertex, u *unification) *expr.X {
	if len(u.choices) > 0 && (u.dflt != nil || len(u.sources)+len(u.values) == 0) {
		ev.refuse(u.choices[0], "choose the value with if", "%s: a choice that depends on inputs needs a value, without a default", v.Path())
	}
	out := ev.withinConstants(v, u)
	for _, cj := range u.choices {
		out = ev.constrain(v, out, cj)
	}
	return out
}

// withinConstants is the value: a constant that CUE computes, or a symbolic value within constraints.
func (ev *Evaluator) withinConstants(v *Vertex, u *unification) *expr.X {
	src := strings.Join(u.sources, " & ")
	for _, x := range u.values {
		if x.Op == expr.OpFail {
			return x
		}
	}
	if len(u.values) == 0 {
		if val, ok := ev.static(src, at(ev.where)); ok && u.dflt == nil {
			return expr.Lit(val)
		}
		if u.dflt != nil {
			return ev.defaultWithin(v, u, src)
		}
		ev.fail(nil, "%s: incomplete value %s", v.Path(), abbreviate(src))
	}
	out := u.values[0]
	for _, x := range u.values[1:] {
		out = expr.Call("unify", out.Type, out, x)
	}
	if len(u.sources) == 0 {
		return out
	}
	if val, ok := ev.static(src, at(ev.where)); ok && !strings.ContainsAny(src, "|*") {
		return expr.Call("unify", expr.Lit(val).Type, out, expr.Lit(val))
	}
	for _, cj := range append(u.static, u.rest...) {
		out = ev.constrain(v, out, cj)
	}
	return out
}

// defaultWithin is a symbolic default. If other conjuncts decide for a value, that value wins.
func (ev *Evaluator) defaultWithin(v *Vertex, u *unification, src string) *expr.X {
	if val, ok := ev.static(src, at(ev.where)); ok {
		return expr.Lit(val)
	}
	out := u.dflt
	for _, cj := range u.static {
		out = ev.constrain(v, out, cj)
	}
	return out
}

// symbolicDefault splits a disjunction into its default, which depends on inputs, and the other disjuncts.
func (ev *Evaluator) symbolicDefault(b *ast.BinaryExpr, sc *Scope) (dflt *expr.X, rest ast.Expr) {
	for _, d := range Disjuncts(b) {
		if u, ok := d.(*ast.UnaryExpr); ok && u.Op == token.MUL {
			if dflt != nil {
				ev.fail(d, "more than one default")
			}
			dflt = ev.compile(u.X, sc)
			continue
		}
		if rest != nil {
			d = &ast.BinaryExpr{X: rest, Op: token.OR, Y: d}
		}
		rest = d
	}
	if dflt == nil || rest == nil {
		ev.refuse(b, "mark one of them as the default with *", "a disjunction that depends on inputs needs a default")
	}
	return dflt, rest
}

// Disjuncts returns the operands of nested disjunctions.
func Disjuncts(x ast.Expr) []ast.Expr {
	switch y := x.(type) {
	case *ast.ParenExpr:
		if b, ok := y.X.(*ast.BinaryExpr); ok && b.Op == token.OR {
			return Disjuncts(b)
		}
	case *ast.BinaryExpr:
		if y.Op == token.OR {
			return append(Disjuncts(y.X), Disjuncts(y.Y)...)
		}
	}
	return []ast.Expr{x}
}

// constrain narrows a symbolic value by a constant constraint: at compile time if its type and range decide, else by a
// check at run time.
func (ev *Evaluator) constrain(v *Vertex, x *expr.X, cj conj) *expr.X {
	check, t := ev.constraint(cj.expr, cj.scope, x)
	if t != nil && x.Type.Kind == expr.Any {
		y := *x
		y.Type = t
		x = &y
	}
	switch {
	case check == nil || check.IsTrue():
		return x
	case check.IsFalse():
		ev.fail(nil, "%s: %s of type %s can never be %s", v.Path(), x.CEL(), x.Type.Kind, ev.format(cj.expr))
	}
	return expr.Call("check", x.Type, x, check, expr.Lit(v.Path()+": must be "+abbreviate(ev.format(cj.expr))))
}

func abbreviate(s string) string {
	if len(s) > 100 {
		return strings.ToValidUTF8(s[:100], "") + "..."
	}
	return s
}
