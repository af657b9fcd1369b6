package operation

import (
	"strings"

	"cuelang.org/go/cue/ast"

	"github.com/kudoc/kudoc/internal/compile/eval/constant"
	"github.com/kudoc/kudoc/internal/compile/eval/guard"
	"github.com/kudoc/kudoc/internal/compile/eval/syntax"
	"github.com/kudoc/kudoc/internal/compile/eval/vertex"
	"github.com/kudoc/kudoc/internal/compile/expr"
)

// Vertices is what expressions ask about the vertices that they refer to.
type Vertices interface {
	// Resolve is what a reference means: a *vertex.Vertex, an *expr.X, or one of the builtin things.
	Resolve(x ast.Expr, sc *vertex.Scope) any
	// Referenced is the value of a vertex where an expression refers to it: an expression that others share, if possible.
	Referenced(v *vertex.Vertex) *expr.X
	// Value is the value of a vertex where pc holds, in addition to what is known.
	Value(v *vertex.Vertex, pc guard.Guard) *expr.X
	// Present is the condition under which the field exists that an expression selects.
	Present(x ast.Expr, sc *vertex.Scope) *expr.X
	// Source is an expression as closed CUE source. ok is false if it depends on inputs.
	Source(x ast.Expr, sc *vertex.Scope) (src string, ok bool)
}

// Compiler compiles the expressions of one framework.
type Compiler struct {
	*vertex.Graph
	*constant.Folder

	vertices Vertices
}

// New makes a compiler of the expressions in a graph. Whoever answers its questions may depend on the compiler itself.
func New(g *vertex.Graph, f *constant.Folder, vertices Vertices) *Compiler {
	return &Compiler{Graph: g, Folder: f, vertices: vertices}
}

// Compile turns a CUE expression into one over the inputs.
func (c *Compiler) Compile(x ast.Expr, sc *vertex.Scope) *expr.X {
	switch y := x.(type) {
	case *ast.ParenExpr:
		return c.Compile(y.X, sc)
	case *ast.BasicLit:
		return c.basicLit(y)
	case *ast.Interpolation:
		return c.interpolation(y, sc)
	case *ast.UnaryExpr:
		return c.unary(y, sc)
	case *ast.BinaryExpr:
		return c.binary(y, sc)
	case *ast.CallExpr:
		return c.call(y, sc)
	case *ast.Ident, *ast.SelectorExpr, *ast.IndexExpr:
		return c.reference(x, sc)
	case *ast.SliceExpr:
		return c.slice(y, sc)
	case *ast.ListLit, *ast.StructLit:
		return c.vertices.Value(c.Anonymous(x, sc), nil)
	}
	c.Fail(x, "unsupported expression: %s", syntax.Describe(x))
	return nil
}

func (c *Compiler) reference(x ast.Expr, sc *vertex.Scope) *expr.X {
	switch r := c.vertices.Resolve(x, sc).(type) {
	case *expr.X:
		return r
	case *vertex.Vertex:
		return c.vertices.Referenced(r)
	case vertex.BuiltinType:
		switch r {
		case "true", "false":
			return expr.Lit(r == "true")
		case "null":
			return expr.Lit(nil)
		}
		c.Fail(x, "%s is a type, not a value", r)
	}
	c.Fail(x, "%s is not a value", syntax.Format(x))
	return nil
}

// Want makes sure that an operand has one of the kinds. About a value of unknown kind the run time decides.
func (c *Compiler) Want(x *expr.X, node ast.Node, kinds ...expr.Kind) {
	if x.Type.Kind == expr.Any {
		return
	}
	names := make([]string, len(kinds))
	for i, k := range kinds {
		if x.Type.Kind == k || k == expr.Any {
			return
		}
		names[i] = k.String()
	}
	c.Fail(node, "want %s, got %s", strings.Join(names, " or "), x.Type.Kind)
}
