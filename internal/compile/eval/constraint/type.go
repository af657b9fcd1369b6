package constraint

import (
	"encoding/json"

	"github.com/kudoc/kudoc/internal/compile/eval/vertex"
	"github.com/kudoc/kudoc/internal/compile/expr"
)

// intBounds are the bounds of CUE's sized integers; "" where every 64 bit integer fits.
var intBounds = map[string][2]json.Number{
	"int8": {"-128", "127"}, "int16": {"-32768", "32767"}, "int32": {"-2147483648", "2147483647"}, "int64": {},
	"uint8": {"0", "255"}, "uint16": {"0", "65535"}, "uint32": {"0", "4294967295"}, "uint": {"0", ""}, "uint64": {"0", ""},
	"rune": {"0", "1114111"},
}

// hasType is a constraint by a builtin type.
func (c *Checker) hasType(name string, x *expr.X) (*expr.X, *expr.Type) {
	known := x.Type.Kind
	is := func(t *expr.Type, holds bool) (*expr.X, *expr.Type) {
		switch {
		case holds:
			return nil, t
		case known == expr.Any || known == expr.Num && (name == "int" || name == "float"):
			return expr.IsType(name, x), t
		}
		return expr.Lit(false), t
	}
	switch name {
	case "string":
		return is(expr.TString, known == expr.String)
	case "bool":
		return is(expr.TBool, known == expr.Bool)
	case "number":
		return is(expr.TNum, known.Numeric())
	case "float":
		return is(expr.TNum, false)
	case "true", "false":
		return equals(x, expr.Lit(name == "true")), expr.TBool
	case "null":
		return equals(x, expr.Lit(nil)), expr.TNull
	case "bytes":
		return is(expr.TBytes, known == expr.Bytes)
	}
	var out *expr.X
	if known == expr.Num || known == expr.Any {
		out = expr.IsType("int", x)
	} else if known != expr.Int {
		return expr.Lit(false), expr.TInt
	}
	n := x
	if known != expr.Int {
		y := *x
		y.Type = expr.TInt
		n = &y
	}
	b, ok := intBounds[name]
	if !ok && name != "int" {
		c.Fail(nil, "values of type %s are not supported", name)
	}
	if b[0] != "" {
		out = expr.And(out, expr.Compare(">=", n, expr.Lit(b[0])))
	}
	if b[1] != "" {
		out = expr.And(out, expr.Compare("<=", n, expr.Lit(b[1])))
	}
	return out, expr.TInt
}

// IntRange is the range of a builtin integer type.
func IntRange(name vertex.BuiltinType) (lo, hi *int64) {
	b := intBounds[string(name)]
	if v, err := b[0].Int64(); err == nil {
		lo = &v
	}
	if v, err := b[1].Int64(); err == nil {
		hi = &v
	}
	return lo, hi
}
