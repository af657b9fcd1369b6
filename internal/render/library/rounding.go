package library

import (
	"math"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

// roundingFunctions are CUE's math.Floor and the like. They are exact for doubles as well: a double and the decimal that
// spells it are between the same integers.
func roundingFunctions() []cel.EnvOption {
	round := func(name string, f func(float64) float64) cel.EnvOption {
		return function("math."+name, typesOf(cel.DynType), cel.IntType, func(a []ref.Val) ref.Val {
			switch x := a[0].(type) {
			case types.Int:
				return x
			case types.Double:
				if y := f(float64(x)); y >= -1<<63 && y < 1<<63 {
					return types.Int(y)
				}
				return types.NewErr("math.%s: integer overflow", name)
			}
			return types.NewErr("math.%s: want a number, got a %s", name, a[0].Type().TypeName())
		})
	}
	return []cel.EnvOption{
		round("Floor", math.Floor), round("Ceil", math.Ceil), round("Trunc", math.Trunc), round("Round", math.Round),
		round("RoundToEven", math.RoundToEven),
		function("math.Abs", typesOf(cel.DynType), cel.DynType, func(a []ref.Val) ref.Val {
			switch x := a[0].(type) {
			case types.Int:
				if x == math.MinInt64 {
					return types.NewErr("math.Abs: integer overflow")
				}
				return max(x, -x)
			case types.Double:
				return types.Double(math.Abs(float64(x)))
			}
			return types.NewErr("math.Abs: want a number, got a %s", a[0].Type().TypeName())
		}),
	}
}
