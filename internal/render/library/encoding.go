package library

import (
	"bytes"
	"crypto/md5"  //nolint:gosec // CUE has the function; what it is good for is the author's matter
	"crypto/sha1" //nolint:gosec // CUE has the function; what it is good for is the author's matter
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

// encodingFunctions are CUE's encoding/json, encoding/base64, encoding/hex and crypto, as far as templates need them.
func encodingFunctions() []cel.EnvOption {
	d, s := cel.DynType, cel.StringType
	digest := func(name string, sum func([]byte) []byte) cel.EnvOption {
		return function(name, typesOf(d), cel.BytesType, func(a []ref.Val) ref.Val {
			return withOctets(name, a[0], func(b []byte) ref.Val { return types.Bytes(sum(b)) })
		})
	}
	return []cel.EnvOption{
		function("json.Marshal", typesOf(d), s, func(a []ref.Val) ref.Val {
			var b bytes.Buffer
			if err := writeJSON(&b, a[0], 0); err != nil {
				return types.WrapErr(err)
			}
			return types.String(b.String())
		}),
		function("base64.Encode", typesOf(cel.NullType, d), s, func(a []ref.Val) ref.Val {
			return withOctets("base64.Encode", a[1], func(b []byte) ref.Val { return types.String(base64.StdEncoding.EncodeToString(b)) })
		}),
		function("base64.Decode", typesOf(cel.NullType, s), cel.BytesType, func(a []ref.Val) ref.Val {
			b, err := base64.StdEncoding.DecodeString(text(a[1]))
			if err != nil {
				return types.WrapErr(err)
			}
			return types.Bytes(b)
		}),
		function("hex.Encode", typesOf(d), s, func(a []ref.Val) ref.Val {
			return withOctets("hex.Encode", a[0], func(b []byte) ref.Val { return types.String(hex.EncodeToString(b)) })
		}),
		function("hex.Decode", typesOf(s), cel.BytesType, func(a []ref.Val) ref.Val {
			b, err := hex.DecodeString(text(a[0]))
			if err != nil {
				return types.WrapErr(err)
			}
			return types.Bytes(b)
		}),
		digest("md5.Sum", func(b []byte) []byte { x := md5.Sum(b); return x[:] }),   //nolint:gosec // as above
		digest("sha1.Sum", func(b []byte) []byte { x := sha1.Sum(b); return x[:] }), //nolint:gosec // as above
		digest("sha256.Sum256", func(b []byte) []byte { x := sha256.Sum256(b); return x[:] }),
		digest("sha256.Sum224", func(b []byte) []byte { x := sha256.Sum224(b); return x[:] }),
		digest("sha512.Sum512", func(b []byte) []byte { x := sha512.Sum512(b); return x[:] }),
		digest("sha512.Sum384", func(b []byte) []byte { x := sha512.Sum384(b); return x[:] }),
	}
}

// withOctets calls f with an argument for which CUE takes both strings and bytes.
func withOctets(name string, v ref.Val, f func([]byte) ref.Val) ref.Val {
	switch x := v.(type) {
	case types.String:
		return f([]byte(x))
	case types.Bytes:
		return f(x)
	}
	return types.NewErr("%s: want a string or bytes, got a %s", name, v.Type().TypeName())
}

// bytesText is bytes as text, as in an interpolation.
func bytesText(b []byte) string { return strings.ToValidUTF8(string(b), string(utf8.RuneError)) }

// conversionFunctions are CUE's package strconv, as far as its results have 64 bits.
func conversionFunctions() []cel.EnvOption {
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
