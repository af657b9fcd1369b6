package expression

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/interpreter"

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
	env     *cel.Env
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
	p, err := program(env, ast, smallCost)
	if err != nil {
		return nil, fmt.Errorf("expression %s: %s", value.Abbreviate(source), firstLine(err))
	}
	return &Compiled{env: env, source: source, program: p, reads: references(ast), path: plainSelection(ast), loops: loopMacro.MatchString(source)}, nil
}

// program is an expression that can be evaluated, at a limited cost.
func program(env *cel.Env, ast *cel.Ast, limit uint64) (cel.Program, error) {
	return env.Program(ast, append(library.Bounds(limit), cel.InterruptCheckFrequency(1000))...)
}

// costly is the program with the limit for all; that with a lower one is the only one that is kept.
func (e *Compiled) costly(b *Budget) (cel.Program, error) {
	if p := b.costly[e]; p != nil {
		return p, nil
	}
	ast, issues := e.env.Compile(e.source)
	if err := issues.Err(); err != nil {
		return nil, err
	}
	p, err := program(e.env, ast, maxExprCost)
	if err != nil {
		return nil, err
	}
	if b.costly == nil {
		b.costly = map[*Compiled]cel.Program{}
	}
	b.costly[e] = p
	return p, nil
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
	p, known := b.costly[e]
	if !known {
		p = e.program
	}
	v, details, err := e.evalInTime(p, vars, b.until)
	if !known && costsTooMuch(err) {
		if b.small {
			b.exceeded = true
		} else if p, err = e.costly(b); err == nil {
			v, details, err = e.evalInTime(p, vars, b.until)
		}
	}
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

// costsTooMuch says whether an evaluation was ended because of its cost.
func costsTooMuch(err error) bool {
	var cancelled interpreter.EvalCancelledError
	return errors.As(err, &cancelled) && cancelled.Cause == interpreter.CostLimitExceeded
}

// loopMacro finds macros that loop; what it finds in a string costs a timer.
var loopMacro = regexp.MustCompile(`\.(all|exists|exists_one|filter|map)\(`)

func (e *Compiled) evalInTime(p cel.Program, vars map[string]any, until time.Time) (ref.Val, *cel.EvalDetails, error) {
	if !e.loops {
		return p.Eval(vars)
	}
	ctx, cancel := context.WithDeadline(context.Background(), until)
	defer cancel()
	v, details, err := p.ContextEval(ctx, vars)
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
