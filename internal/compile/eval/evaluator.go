package eval

import (
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/eval/constant"
	"github.com/kudoc/kudoc/internal/compile/eval/constraint"
	"github.com/kudoc/kudoc/internal/compile/eval/descent"
	"github.com/kudoc/kudoc/internal/compile/eval/operation"
	"github.com/kudoc/kudoc/internal/compile/eval/vertex"
	"github.com/kudoc/kudoc/internal/compile/expr"
)

// Evaluator evaluates one framework. It is used by one goroutine, once.
type Evaluator struct {
	*vertex.Graph
	*constant.Folder
	*operation.Compiler
	*constraint.Checker

	// Root is the vertex of the framework.
	Root *vertex.Vertex
	// Locals are the expressions that several places share as local.<name>.
	Locals map[string]*expr.X

	localOf   map[*vertex.Vertex]*expr.X
	roots     map[string]bool
	reading   map[*vertex.Vertex]bool
	rendering map[*vertex.Vertex]bool
	rest      *vertex.Expansion // of Root
}

// New prepares the evaluation of a framework over inputs, of which roots are the names. Comprehensions at file level wait
// for Finish, because they read inputs, which are declared first.
func New(inst *build.Instance, roots ...string) *Evaluator {
	ev := &Evaluator{
		Locals: map[string]*expr.X{}, localOf: map[*vertex.Vertex]*expr.X{}, roots: map[string]bool{},
		reading: map[*vertex.Vertex]bool{}, rendering: map[*vertex.Vertex]bool{},
	}
	for _, r := range roots {
		ev.roots[r] = true
	}
	where := token.NoPos
	if len(inst.Files) > 0 {
		where = inst.Files[0].Pos()
	}
	d := descent.New(where)
	ev.Graph = vertex.NewGraph(d, ev)
	ev.Folder = constant.NewFolder(d)
	ev.Compiler = operation.New(ev.Graph, ev.Folder, ev)
	ev.Checker = constraint.New(ev.Compiler, ev)
	return ev
}

// Begin makes the root of the framework: all its fields but those that comprehensions at file level make.
func (ev *Evaluator) Begin(inst *build.Instance) *descent.Error {
	return ev.Try(func() {
		ev.Root = ev.Package(inst)
		ev.rest = ev.Root.Begin()
	})
}

// Finish runs the comprehensions at file level.
func (ev *Evaluator) Finish() *descent.Error { return ev.Try(ev.rest.Finish) }

// Admits says whether CUE accepts a constant where c is demanded. closed is false if c depends on inputs.
func (ev *Evaluator) Admits(c ast.Expr, sc *vertex.Scope, val *expr.X) (admits, closed bool) {
	src, ok := ev.Source(c, sc)
	return ok && ev.Accepts("("+src+") & "+expr.CUE(val.Lit)), ok
}
