package library

import (
	"math"
	"math/big"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

// mathFunctions are CUE's math.Floor and the like. They are exact for doubles as well: a double and the decimal that
// spells it are between the same integers.
func mathFunctions() []cel.EnvOption {
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
	of := func(name string, adjust func(twice, sign int, odd bool) bool) cel.EnvOption {
		return function("quotient."+name, typesOf(cel.IntType, cel.IntType), cel.IntType, func(a []ref.Val) ref.Val {
			return roundedQuotient("math."+name, number(a[0]), number(a[1]), adjust)
		})
	}
	return []cel.EnvOption{
		of("Floor", func(_, sign int, _ bool) bool { return sign < 0 }),
		of("Ceil", func(_, sign int, _ bool) bool { return sign > 0 }),
		of("Trunc", func(int, int, bool) bool { return false }),
		of("Round", func(twice, _ int, _ bool) bool { return twice >= 0 }),
		of("RoundToEven", func(twice, _ int, odd bool) bool { return twice > 0 || twice == 0 && odd }),
		function("math.Pow", typesOf(cel.IntType, cel.IntType), cel.IntType, func(a []ref.Val) ref.Val { return power(number(a[0]), number(a[1])) }),
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

// power is CUE's math.Pow of integers, as far as the result is one.
func power(x, n int64) ref.Val {
	switch {
	case n < 0 || x == 0 && n == 0:
		return types.NewErr("math.Pow: the exponent %d of %d is not supported", n, x)
	case n > 64 && (x < -1 || x > 1):
		return types.NewErr("math.Pow: integer overflow")
	case n > 64: // the sign is all that changes
		n = 2 + n%2
	}
	out := new(big.Int).Exp(big.NewInt(x), big.NewInt(n), nil)
	if !out.IsInt64() {
		return types.NewErr("math.Pow: integer overflow")
	}
	return types.Int(out.Int64())
}

// roundedQuotient is a rounding function of x / y. CUE computes the quotient with 34 digits, which are enough to tell it from
// integers and halves for all operands of 64 bits, so that rounding the exact quotient is the same. Where there is a rest,
// away says whether to round away from zero: it is told how twice the rest compares with y, the sign of the quotient, and
// whether the quotient without its fraction is odd.
func roundedQuotient(name string, x, y int64, away func(twice, sign int, odd bool) bool) ref.Val {
	if y == 0 {
		return types.NewErr("%s: division by zero", name)
	}
	q, r := new(big.Int).QuoRem(big.NewInt(x), big.NewInt(y), new(big.Int))
	if r.Sign() != 0 {
		sign := r.Sign() * big.NewInt(y).Sign()
		odd := q.Bit(0) == 1
		if twice := r.Lsh(r, 1).CmpAbs(big.NewInt(y)); away(twice, sign, odd) {
			q.Add(q, big.NewInt(int64(sign)))
		}
	}
	if !q.IsInt64() {
		return types.NewErr("%s: integer overflow", name)
	}
	return types.Int(q.Int64())
}
