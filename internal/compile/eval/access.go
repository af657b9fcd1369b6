package eval

import (
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/expr"
)

// Conjunct is an expression in its scope.
type Conjunct struct {
	Expr  ast.Expr
	Scope *Scope
}

// Pos is the position of the expression.
func (c Conjunct) Pos() token.Pos { return c.Expr.Pos() }

// Pos is where the author wrote the vertex.
func (v *Vertex) Pos() token.Pos { return v.pos }

// IsStruct says whether the vertex is a struct.
func (v *Vertex) IsStruct() bool {
	v.expand()
	return v.isStruct
}

// Fields are the regular fields of a struct.
func (v *Vertex) Fields() []*Arc {
	v.expand()
	var out []*Arc
	for _, a := range v.arcs {
		if a.Label.Kind == Regular {
			out = append(out, a)
		}
	}
	return out
}

// Optional says whether the field is declared with ? only.
func (a *Arc) Optional() bool { return a.optional && !a.required.IsValid() }

// Exists says whether a field is there: it is declared without ? and !.
func (a *Arc) Exists() bool { return !a.optional }

// Conditional says whether the field exists under a condition only.
func (a *Arc) Conditional() bool { return a.Vertex.ev.presence(a, nil) != nil }

// Decls are the declarations of the field.
func (a *Arc) Decls() []*ast.Field { return a.decls }

// Patterns are the pattern constraints of a struct, as pairs of key and value.
func (v *Vertex) Patterns() (out [][2]Conjunct) {
	v.expand()
	for _, p := range v.patterns {
		if p.name != "" || p.field != "" {
			v.ev.refuse(p.key, "declare the map without it", "an alias of a pattern constraint is not supported here")
		}
		out = append(out, [2]Conjunct{{p.key, p.scope}, {p.value, p.scope}})
	}
	return out
}

// Lists are the list literals among the conjuncts.
func (v *Vertex) Lists() []Conjunct { v.expand(); return v.conjuncts(v.lists) }

// Scalars are the scalars, types, bounds and disjunctions among the conjuncts.
func (v *Vertex) Scalars() []Conjunct { v.expand(); return v.conjuncts(v.scalars) }

func (v *Vertex) conjuncts(cs []conj) (out []Conjunct) {
	for _, c := range cs {
		if len(c.guard) > 0 {
			v.ev.fail(c, "a condition on an input is not possible here")
		}
		out = append(out, Conjunct{c.expr, c.scope})
	}
	return out
}

// DependsOnInputs says whether the vertex contains computed fields or symbolic values.
func (v *Vertex) DependsOnInputs() bool {
	v.expand()
	return len(v.syms)+len(v.parts) > 0 || v.input != nil
}

// Vertex makes a vertex for an expression.
func (ev *Evaluator) Vertex(c Conjunct) *Vertex { return ev.anonymous(c.Scope, c.Expr) }

// Bind says that a vertex is the declaration of an input, and x its value.
func (ev *Evaluator) Bind(v *Vertex, x *expr.X) { ev.inputs[v] = ev.constant(x) }

// Resolve finds what a type is a reference to: the name of a builtin type, or a vertex.
func (ev *Evaluator) Resolve(c Conjunct) (name string, v *Vertex) {
	switch r := ev.resolve(c.Expr, c.Scope).(type) {
	case builtinType:
		return string(r), nil
	case *Vertex:
		return "", r
	}
	return "", nil
}

// Options are the elements of or([...]) and and([...]), none for anything else.
func (ev *Evaluator) Options(c Conjunct) []*Vertex {
	y, ok := c.Expr.(*ast.CallExpr)
	if !ok || len(y.Args) != 1 {
		return nil
	}
	if name := ev.functionName(y, c.Scope); name != "or" && name != "and" {
		return nil
	}
	return ev.options(y.Args[0], c.Scope)
}

// Compile turns an expression into one over the inputs.
func (ev *Evaluator) Compile(c Conjunct) *expr.X { return ev.compile(c.Expr, c.Scope) }

// Value is the value of a vertex.
func (ev *Evaluator) Value(v *Vertex) *expr.X { return ev.toX(v, nil) }

// Presence is the condition under which a field exists.
func (ev *Evaluator) Presence(a *Arc) *expr.X {
	when := ev.presence(a, nil)
	if when == nil {
		return expr.Lit(true)
	}
	return anyOf(when)
}

// ValueIf is the value of a field where it exists.
func (ev *Evaluator) ValueIf(a *Arc) *expr.X {
	if when := ev.presence(a, nil); len(when) == 1 && !when[0].impossible() {
		return ev.toX(a.Vertex, when[0])
	}
	return ev.toX(a.Vertex, nil)
}

// Computed is the part of a struct whose field names depend on inputs, or nil.
func (ev *Evaluator) Computed(v *Vertex) *expr.X {
	v.expand()
	parts := ev.computedParts(v, nil)
	if len(parts) == 0 {
		return nil
	}
	return &expr.X{Op: expr.OpObj, Type: mapType(parts), Parts: parts}
}

// Satisfies is "x satisfies c" as a condition, nil if it always does.
func (ev *Evaluator) Satisfies(c Conjunct, x *expr.X) *expr.X {
	out, _ := ev.constraint(c.Expr, c.Scope, x)
	return out
}

// Admits says whether CUE accepts a constant where c is demanded. It is false if c depends on inputs.
func (ev *Evaluator) Admits(c Conjunct, constant *expr.X) bool {
	src, ok := ev.source(c.Expr, c.Scope)
	return ok && ev.compiles("("+src+") & "+expr.CUE(constant.Lit))
}

// Format is an expression as the author would write it.
func (ev *Evaluator) Format(x ast.Node) string { return ev.format(x) }

// Fail ends the evaluation with an error.
func (ev *Evaluator) Fail(p interface{ Pos() token.Pos }, format string, args ...any) {
	ev.fail(p, format, args...)
}

// Refuse ends the evaluation with an error about something that CUE allows, and a hint what to write instead.
func (ev *Evaluator) Refuse(p interface{ Pos() token.Pos }, hint, format string, args ...any) {
	ev.refuse(p, hint, format, args...)
}

// Locate runs f with errors that have no position of their own pointing at p.
func (ev *Evaluator) Locate(p interface{ Pos() token.Pos }, f func()) { ev.locate(p, f) }
