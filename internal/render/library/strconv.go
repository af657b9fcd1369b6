package library

import (
	"math/big"
	"strconv"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

// strconvFunctions are CUE's package strconv, as far as its results have 64 bits.
func strconvFunctions() []cel.EnvOption {
	s, i := cel.StringType, cel.IntType
	return []cel.EnvOption{
		function("strconv.Atoi", typesOf(s), i, func(a []ref.Val) ref.Val { return parseInt("strconv.Atoi", text(a[0]), 10, 0, false) }),
		function("strconv.ParseInt", typesOf(s, i, i), i, func(a []ref.Val) ref.Val {
			return parseInt("strconv.ParseInt", text(a[0]), number(a[1]), number(a[2]), false)
		}),
		function("strconv.ParseUint", typesOf(s, i, i), i, func(a []ref.Val) ref.Val {
			return parseInt("strconv.ParseUint", text(a[0]), number(a[1]), number(a[2]), true)
		}),
		function("strconv.FormatInt", typesOf(i, i), s, func(a []ref.Val) ref.Val {
			if base := number(a[1]); base >= 2 && base <= 36 {
				return types.String(strconv.FormatInt(number(a[0]), int(base)))
			}
			return types.NewErr("strconv.FormatInt: the base must be between 2 and 36")
		}),
		function("strconv.ParseFloat", typesOf(s, i), cel.DoubleType, func(a []ref.Val) ref.Val {
			f, err := strconv.ParseFloat(text(a[0]), int(number(a[1])))
			switch {
			case err != nil:
				return types.WrapErr(err)
			case !(f > -1<<63 && f < 1<<63): // what exceeds integers is spelled as one, also if it is not a number at all
				return types.NewErr("strconv.ParseFloat: %s is out of range", text(a[0]))
			}
			return types.Double(f)
		}),
		function("strconv.ParseBool", typesOf(s), cel.BoolType, func(a []ref.Val) ref.Val {
			b, err := strconv.ParseBool(text(a[0]))
			if err != nil {
				return types.WrapErr(err)
			}
			return types.Bool(b)
		}),
		function("strconv.FormatBool", typesOf(cel.BoolType), s, func(a []ref.Val) ref.Val { return types.String(strconv.FormatBool(a[0] == types.True)) }),
		function("strconv.Quote", typesOf(s), s, func(a []ref.Val) ref.Val { return types.String(strconv.Quote(text(a[0]))) }),
		function("strconv.QuoteToASCII", typesOf(s), s, func(a []ref.Val) ref.Val { return types.String(strconv.QuoteToASCII(text(a[0]))) }),
	}
}

// maxDigits bounds the text of an integer: what is longer does not fit in 64 bits in any base, and takes long to read.
const maxDigits = 1000

// parseInt reads an integer as CUE does, which has integers of any size: without limits of Go's functions of these names.
func parseInt(name, s string, base, bits int64, unsigned bool) ref.Val {
	if base != 0 && (base < 2 || base > 36) {
		return types.NewErr("%s: the base must be 0 or between 2 and 36", name)
	}
	if len(s) > maxDigits {
		return types.NewErr("%s: the text has more than %d bytes", name, maxDigits)
	}
	n, ok := new(big.Int).SetString(s, int(base))
	if !ok {
		return types.NewErr("%s: %q is not an integer", name, s)
	}
	fits := bits == 0 || bits > 0 && big.NewInt(int64(n.BitLen())).Cmp(big.NewInt(bits)) <= 0
	if !unsigned && bits > 0 { // the range of two's complement
		m := n
		if n.Sign() < 0 {
			m = new(big.Int).Not(n)
		}
		fits = int64(m.BitLen()) <= bits-1
	}
	switch {
	case !fits || unsigned && n.Sign() < 0:
		return types.NewErr("%s: %s is out of range", name, s)
	case !n.IsInt64():
		return types.NewErr("%s: integer overflow", name)
	}
	return types.Int(n.Int64())
}
