package render

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/kudoc/kudoc/internal/render/library"
)

// Variables are the names that every expression may use. `self` is the value under test in a check.
var variables = []string{"params", "instance", "framework", "previous", "requires", "plan", "phase", "step", "execution", "local", "object"}

// baseEnv is the CEL environment of every template. All variables are dynamically typed: the compiler has checked the
// types against CUE, and the controller gets them from the parameter schema.
var baseEnv = sync.OnceValues(func() (*cel.Env, error) {
	opts := library.Functions()
	for _, v := range variables {
		opts = append(opts, cel.Variable(v, cel.DynType))
	}
	return cel.NewEnv(opts...)
})

// expression is a checked CEL expression.
type expression struct {
	source  string
	program cel.Program
	deps    [][]string
	path    []string // if it only selects fields
	loops   bool     // whether there is a macro in it that loops
}

func newExpression(env *cel.Env, source string) (*expression, error) {
	ast, issues := env.Compile(source)
	if err := issues.Err(); err != nil {
		return nil, fmt.Errorf("expression %s: %s", abbreviate(source), firstLine(err))
	}
	p, err := env.Program(ast, append(library.Bounds(maxExprCost), cel.InterruptCheckFrequency(1000))...)
	if err != nil {
		return nil, fmt.Errorf("expression %s: %s", abbreviate(source), firstLine(err))
	}
	return &expression{source: source, program: p, deps: references(ast), path: plainSelection(ast), loops: loopMacro.MatchString(source)}, nil
}

// eval evaluates the expression within the budget.
func (e *expression) eval(vars map[string]any, b *budget) (ref.Val, error) {
	if e.path != nil {
		if v, ok := selected(vars, e.path); ok {
			return v, b.spend(uint64(len(e.path)))
		}
	}
	v, details, err := e.evalInTime(vars, b.until)
	if details != nil {
		if cost := details.ActualCost(); cost != nil {
			if spent := b.spend(*cost + 1); spent != nil {
				return nil, spent
			}
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %s", abbreviate(e.source), firstLine(err))
	}
	return v, nil
}

// loopMacro finds macros that loop; what it finds in a string costs a timer.
var loopMacro = regexp.MustCompile(`\.(all|exists|exists_one|filter|map)\(`)

func (e *expression) evalInTime(vars map[string]any, until time.Time) (ref.Val, *cel.EvalDetails, error) {
	if !e.loops {
		return e.program.Eval(vars)
	}
	ctx, cancel := context.WithDeadline(context.Background(), until)
	defer cancel()
	v, details, err := e.program.ContextEval(ctx, vars)
	if err != nil && ctx.Err() != nil {
		err = fmt.Errorf("the loops take longer than the limit of %s", maxTime)
	}
	return v, details, err
}

func (e *expression) evalBool(vars map[string]any, b *budget) (bool, error) {
	v, err := e.eval(vars, b)
	if err != nil {
		return false, err
	}
	t, ok := v.(types.Bool)
	if !ok {
		return false, fmt.Errorf("%s: want a bool, got a %s", abbreviate(e.source), v.Type().TypeName())
	}
	return bool(t), nil
}

func abbreviate(s string) string {
	const limit = 120
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "..."
}

func firstLine(err error) string {
	s, _, _ := strings.Cut(err.Error(), "\n")
	return s
}
