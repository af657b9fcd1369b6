package library

import (
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/overloads"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	"github.com/google/cel-go/interpreter"

	"github.com/kudoc/kudoc/internal/render/value"
)

// Bounds let a program stop when it has cost more than a limit, count what CEL does not count by itself, and refuse the calls
// that would not end before they can be counted.
func Bounds(limit uint64) []cel.ProgramOption {
	return []cel.ProgramOption{cel.CostLimit(limit), cel.CostTracking(costs{}), cel.CustomDecoratorV2(bound)}
}

// costs are those of the calls that take time or memory in proportion to their values. CEL thinks that they take none: its
// lists are views of others, and it does not know the functions of this package.
type costs struct{}

// CallCost is nil where CEL's own estimate is right.
func (costs) CallCost(function, overload string, args []ref.Val, result ref.Val) *uint64 {
	n := 1
	switch {
	case function == operators.Add: // which overload it is, is not known where an argument is a variable
		n += sumCost(args, result)
	case function == operators.Equals || function == operators.NotEquals || function == operators.In:
		n += costOf(args[0], value.ReadBytes) + costOf(args[1], value.ReadBytes) - 2
	case function == overloads.Matches:
		n += matchCost(args)
	case strings.HasPrefix(overload, overloadPrefix):
		for _, a := range args {
			n += costOf(a, value.ReadBytes) - 1
		}
		n += costOf(result, value.MadeBytes) - 1
	default:
		return nil
	}
	cost := uint64(max(n, 1))
	return &cost
}

// costOf is what it costs to read a value, or to make it; beyond what a call may work on, more than any limit.
func costOf(v ref.Val, bytes int) int {
	w := value.Weigh(v, bytes)
	if w > value.MaxWeight {
		return 1 << 40
	}
	return w
}

// sumCost is that of numbers, strings or lists that are added. Lists become views of others: whoever walks over views of views
// goes a long way to each element.
func sumCost(args []ref.Val, result ref.Val) int {
	switch x := result.(type) {
	case traits.Lister:
		n := costOf(args[1], value.ReadBytes)
		if l, ok := args[0].(traits.Lister); ok {
			n += int(number(l.Size())) / 100
		}
		return n
	case types.String, types.Bytes:
		return costOf(x, value.MadeBytes)
	}
	return 0
}

// bound replaces CEL's own operators that walk through values.
func bound(i interpreter.InterpretableV2) (interpreter.InterpretableV2, error) {
	call, ok := i.(interpreter.InterpretableCall)
	if !ok {
		return i, nil
	}
	switch call.Function() {
	case operators.Equals:
		return &bounded{call, "==", types.Equal}, nil
	case operators.NotEquals:
		return &bounded{call, "!=", func(x, y ref.Val) ref.Val {
			return types.Bool(types.Equal(x, y) != types.True)
		}}, nil
	case operators.In:
		return &bounded{call, "in", func(x, y ref.Val) ref.Val {
			if c, ok := y.(traits.Container); ok {
				return c.Contains(x)
			}
			return types.MaybeNoSuchOverloadErr(y)
		}}, nil
	case overloads.Matches:
		return &bounded{call, "matches", matches}, nil
	}
	return i, nil
}

// bounded is a call with two arguments, which it evaluates and weighs first.
type bounded struct {
	interpreter.InterpretableCall
	name string
	do   func(x, y ref.Val) ref.Val
}

func (b *bounded) Eval(vars interpreter.Activation) ref.Val { return b.Exec(interpreter.AsFrame(vars)) }

func (b *bounded) Exec(frame *interpreter.ExecutionFrame) ref.Val {
	vals := make([]ref.Val, 2)
	for i, a := range b.Args() {
		vals[i] = a.Exec(frame)
	}
	for _, v := range vals {
		if types.IsUnknownOrError(v) {
			return v
		}
	}
	if e := tooBig(b.name, vals); e != nil {
		return e
	}
	return b.do(vals[0], vals[1])
}
