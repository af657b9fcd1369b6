package vertex

import (
	"strconv"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"

	"github.com/kudoc/kudoc/internal/compile/eval/descent"
	"github.com/kudoc/kudoc/internal/compile/eval/guard"
	"github.com/kudoc/kudoc/internal/compile/expr"
)

// Expressions is what vertices ask about the expressions in them: in references, conditions, the sources of loops, computed
// labels and patterns.
type Expressions interface {
	// Compile is the value of an expression.
	Compile(x ast.Expr, sc *Scope) *expr.X
	// Resolve is what a reference means: a *Vertex, an *expr.X, or one of the builtin things.
	Resolve(x ast.Expr, sc *Scope) any
	// Evaluate is an expression as a vertex: the one that it refers to, or one of its own.
	Evaluate(x ast.Expr, sc *Scope) *Vertex
	// Value is the value of a vertex where pc holds, in addition to what is known.
	Value(v *Vertex, pc guard.Guard) *expr.X
	// Constraint is "x satisfies c" as a condition, nil if it always does; and the type that this implies.
	Constraint(c ast.Expr, sc *Scope, x *expr.X) (*expr.X, *expr.Type)
	// Admits says whether CUE accepts a constant where c is demanded. closed is false if c depends on inputs.
	Admits(c ast.Expr, sc *Scope, constant *expr.X) (admits, closed bool)
}

// Graph is the vertices of one framework and of the packages that it imports.
type Graph struct {
	*descent.Descent

	exprs    Expressions
	packages map[*build.Instance]*pkg
	literals map[*ast.StructLit]*names
	lets     map[letKey]*Vertex
	loops    int
}

// NewGraph makes a graph without vertices. Whoever answers its questions may depend on the graph itself.
func NewGraph(d *descent.Descent, exprs Expressions) *Graph {
	return &Graph{
		Descent: d, exprs: exprs, packages: map[*build.Instance]*pkg{}, literals: map[*ast.StructLit]*names{},
		lets: map[letKey]*Vertex{},
	}
}

func (g *Graph) vertex(parent *Vertex, label string) *Vertex {
	return &Vertex{g: g, Parent: parent, Label: label, content: Content{index: map[Label]*Arc{}}}
}

// Anonymous is a vertex for an expression that is no field.
func (g *Graph) Anonymous(x ast.Expr, sc *Scope) *Vertex {
	v := g.vertex(nil, "")
	v.pos = x.Pos()
	v.Conjuncts = []Conjunct{{Scope: sc, Expr: x}}
	return v
}

// Constant is a vertex for a symbolic value or a constant.
func (g *Graph) Constant(x *expr.X) *Vertex {
	v := g.vertex(nil, "")
	v.Conjuncts = []Conjunct{{Sym: x}}
	if x.Type.Kind == expr.Struct && !x.IsLit() && x.Op != expr.OpObj {
		v.Input = x
	}
	return v
}

// LoopVar is a name for the variable of a loop at run time. It is unique in the framework; the printer makes it readable
// again.
func (g *Graph) LoopVar(name string) string {
	g.loops++
	return strings.TrimRight(name, "0123456789") + "@" + strconv.Itoa(g.loops)
}
