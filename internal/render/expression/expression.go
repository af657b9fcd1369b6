package expression

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
	"github.com/kudoc/kudoc/internal/render/value"
)

// Variables are the names that every expression may use. `self` is the value under test in a check.
var Variables = []string{"params", "instance", "framework", "previous", "requires", "plan", "phase", "step", "execution", "local", "object"}

// Env is the CEL environment of every template. All variables are dynamically typed: the compiler has checked the
// types against CUE, and the controller gets them from the parameter schema.
func Env() (*cel.Env, error) { return baseEnv() }

var baseEnv = sync.OnceValues(func() (*cel.Env, error) {
	opts := library.Functions()
	for _, v := range Variables {
		opts = append(opts, cel.Variable(v, cel.DynType))
	}
	return cel.NewEnv(opts...)
})

// Compiled is a CEL expression that has been checked and can be evaluated.
type Compiled struct {
	source  string
	program cel.Program
	reads   [][]string
	path    []string // if it only selects fields
	loops   bool     // whether there is a macro in it that loops
}

// Compile checks an expression in an environment that Env made, or that extends it.
func Compile(env *cel.Env, source string) (*Compiled, error) {
	ast, issues := env.Compile(source)
	if err := issues.Err(); err != nil {
		return nil, fmt.Errorf("expression %s: %s", value.Abbreviate(source), firstLine(err))
	}
	p, err := env.Program(ast, append(library.Bounds(maxExprCost), cel.InterruptCheckFrequency(1000))...)
	if err != nil {
		return nil, fmt.Errorf("expression %s: %s", value.Abbreviate(source), firstLine(err))
	}
	return &Compiled{source: source, program: p, reads: references(ast), path: plainSelection(ast), loops: loopMacro.MatchString(source)}, nil
}

// Source is the text of the expression.
func (e *Compiled) Source() string { return e.source }

// Reads are the paths that the expression reads, such as params.tls.port.
func (e *Compiled) Reads() [][]string { return e.reads }

// Eval evaluates the expression within the budget.
func (e *Compiled) Eval(vars map[string]any, b *Budget) (ref.Val, error) {
	if e.path != nil {
		if v, ok := selected(vars, e.path); ok {
			return v, b.Spend(uint64(len(e.path)))
		}
	}
	v, details, err := e.evalInTime(vars, b.until)
	if details != nil {
		if cost := details.ActualCost(); cost != nil {
			if spent := b.Spend(*cost + 1); spent != nil {
				return nil, spent
			}
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %s", value.Abbreviate(e.source), firstLine(err))
	}
	return v, nil
}

// loopMacro finds macros that loop; what it finds in a string costs a timer.
var loopMacro = regexp.MustCompile(`\.(all|exists|exists_one|filter|map)\(`)

func (e *Compiled) evalInTime(vars map[string]any, until time.Time) (ref.Val, *cel.EvalDetails, error) {
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

// EvalBool evaluates an expression that says yes or no.
func (e *Compiled) EvalBool(vars map[string]any, b *Budget) (bool, error) {
	v, err := e.Eval(vars, b)
	if err != nil {
		return false, err
	}
	t, ok := v.(types.Bool)
	if !ok {
		return false, fmt.Errorf("%s: want a bool, got a %s", value.Abbreviate(e.source), v.Type().TypeName())
	}
	return bool(t), nil
}

func firstLine(err error) string {
	s, _, _ := strings.Cut(err.Error(), "\n")
	return s
}
