package eval

import (
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/eval/descent"
	"github.com/kudoc/kudoc/internal/compile/eval/guard"
	"github.com/kudoc/kudoc/internal/compile/eval/syntax"
	"github.com/kudoc/kudoc/internal/compile/eval/vertex"
	"github.com/kudoc/kudoc/internal/compile/expr"
)

// unification is the unification of the scalar conjuncts of a vertex that count in one case.
type unification struct {
	static  []vertex.Conjunct // constants, types, bounds, disjunctions of such
	sources []string          // the same as CUE source
	values  []*expr.X
	dflt    *expr.X           // of a disjunction whose default depends on inputs
	rest    []vertex.Conjunct // the other disjuncts of it
	choices []vertex.Conjunct // or([...]) and the like with options that depend on inputs
	element *vertex.Conjunct  // an element of a list that may be a default
}

// scalarX unifies scalar conjuncts that all count.
func (ev *Evaluator) scalarX(v *vertex.Vertex, active []vertex.Conjunct, pc guard.Guard) *expr.X {
	if len(active) == 0 {
		return expr.Fail(v.Path()+" has no value here", ev.Where)
	}
	var out *expr.X
	ev.Under(pc, func() {
		u := &unification{}
		for _, cj := range active {
			ev.collect(u, cj)
		}
		out = ev.unified(v, u)
	})
	return out
}

func (ev *Evaluator) collect(u *unification, cj vertex.Conjunct) {
	if cj.Sym != nil {
		if cj.Sym.Default {
			u.element = &cj
		}
		u.addValue(cj.Sym)
		return
	}
	if syntax.IsCallOf(cj.Expr, "error") {
		u.addValue(ev.Compile(cj.Expr, cj.Scope))
		return
	}
	if src, ok := ev.Source(cj.Expr, cj.Scope); ok {
		u.static = append(u.static, cj)
		u.addSource(src)
		return
	}
	ev.Locate(cj, func() {
		b, ok := cj.Expr.(*ast.BinaryExpr)
		if c, isCall := cj.Expr.(*ast.CallExpr); isCall && ev.IsChoice(c, cj.Scope) {
			u.choices = append(u.choices, cj)
			return
		}
		if !ok || b.Op != token.OR {
			u.addValue(ev.Compile(cj.Expr, cj.Scope))
			return
		}
		d, rest := ev.symbolicDefault(b, cj.Scope)
		if u.dflt != nil {
			ev.Fail(b, "more than one default that depends on inputs")
		}
		u.dflt = d
		src, ok := ev.Source(rest, cj.Scope)
		if !ok {
			ev.Refuse(b, "choose between the values with if", "a disjunct that depends on inputs is supported as the default only")
		}
		u.addSource(src)
		u.rest = append(u.rest, cj.With(cj.Scope, rest))
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

// unified is the value within the choices that depend on inputs.
func (ev *Evaluator) unified(v *vertex.Vertex, u *unification) *expr.X {
	if len(u.choices) > 0 && (u.dflt != nil || len(u.sources)+len(u.values) == 0) {
		ev.Refuse(u.choices[0], "choose the value with if", "%s: a choice that depends on inputs needs a value, without a default", v.Path())
	}
	out := ev.withinConstants(v, u)
	for _, cj := range u.choices {
		out = ev.constrain(v, out, cj)
	}
	return out
}

// withinConstants is the value: a constant that CUE computes, or a symbolic value within constraints.
func (ev *Evaluator) withinConstants(v *vertex.Vertex, u *unification) *expr.X {
	src := strings.Join(u.sources, " & ")
	for _, x := range u.values {
		if x.Op == expr.OpFail {
			return x
		}
	}
	if len(u.values) == 0 {
		if val, ok := ev.Fold(src, descent.At(ev.Where)); ok && u.dflt == nil {
			return expr.Lit(val)
		}
		if u.dflt != nil {
			return ev.defaultWithin(v, u, src)
		}
		ev.Fail(nil, "%s: incomplete value %s", v.Path(), syntax.Abbreviate(src))
	}
	if u.element != nil && len(u.values)+len(u.sources) > 1 {
		if _, constant := ev.Fold(src, descent.At(ev.Where)); len(u.values) > 1 || constant {
			ev.Refuse(u.element, "choose the value with if", "%s: an element of a list that may be a default cannot be unified with another value", v.Path())
		}
	}
	out := u.values[0]
	for _, x := range u.values[1:] {
		out = expr.Call("unify", out.Type, out, x)
	}
	if len(u.sources) == 0 {
		return out
	}
	if val, ok := ev.Fold(src, descent.At(ev.Where)); ok && !strings.ContainsAny(src, "|*") {
		return expr.Call("unify", expr.Lit(val).Type, out, expr.Lit(val))
	}
	for _, cj := range append(u.static, u.rest...) {
		out = ev.constrain(v, out, cj)
	}
	return out
}

// defaultWithin is a symbolic default. If other conjuncts decide for a value, that value wins.
func (ev *Evaluator) defaultWithin(v *vertex.Vertex, u *unification, src string) *expr.X {
	if val, ok := ev.Fold(src, descent.At(ev.Where)); ok {
		return expr.Lit(val)
	}
	out := u.dflt
	for _, cj := range u.static {
		out = ev.constrain(v, out, cj)
	}
	return out
}

// symbolicDefault splits a disjunction into its default, which depends on inputs, and the other disjuncts.
func (ev *Evaluator) symbolicDefault(b *ast.BinaryExpr, sc *vertex.Scope) (dflt *expr.X, rest ast.Expr) {
	for _, d := range syntax.Disjuncts(b) {
		if u, ok := d.(*ast.UnaryExpr); ok && u.Op == token.MUL {
			if dflt != nil {
				ev.Fail(d, "more than one default")
			}
			dflt = ev.Compile(u.X, sc)
			continue
		}
		if rest != nil {
			d = &ast.BinaryExpr{X: rest, Op: token.OR, Y: d}
		}
		rest = d
	}
	if dflt == nil || rest == nil {
		ev.Refuse(b, "mark one of them as the default with *", "a disjunction that depends on inputs needs a default")
	}
	return dflt, rest
}

// constrain narrows a symbolic value by a constant constraint: at compile time if its type and range decide, else by a
// check at run time.
func (ev *Evaluator) constrain(v *vertex.Vertex, x *expr.X, cj vertex.Conjunct) *expr.X {
	check, t := ev.Constraint(cj.Expr, cj.Scope, x)
	if t != nil && x.Type.Kind == expr.Any {
		y := *x
		y.Type = t
		x = &y
	}
	switch {
	case check == nil || check.IsTrue():
		return x
	case check.IsFalse():
		ev.Fail(nil, "%s: %s of type %s can never be %s", v.Path(), x.CEL(), x.Type.Kind, syntax.Format(cj.Expr))
	}
	return expr.Call("check", x.Type, x, check, expr.Lit(v.Path()+": must be "+syntax.Abbreviate(syntax.Format(cj.Expr))))
}
