package library

import (
	"encoding/base64"
	"encoding/hex"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/kudoc/kudoc/internal/render/value"
)

// encodingFunctions are CUE's encoding/json, encoding/base64 and encoding/hex, as far as templates need them.
func encodingFunctions() []cel.EnvOption {
	d, s := cel.DynType, cel.StringType
	return []cel.EnvOption{
		function("json.Marshal", typesOf(d), s, func(a []ref.Val) ref.Val {
			return result(value.JSON(a[0]))
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
