package value

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// Decode reads one JSON value as an API server stores it: a number is an int64 if it has such a value, else a float64.
// Both the controller and the compiler's comparison with CUE must see the same numbers, or they would differ about `1.0`
// in an int parameter.
func Decode(b []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("want one JSON value, got more")
	}
	return Canonical(v, 0)
}

// Canonical converts any Go form of JSON to the JSON types of this package, as a copy.
func Canonical(v any, depth int) (any, error) {
	if depth > MaxDepth {
		return nil, fmt.Errorf("nested deeper than %d levels", MaxDepth)
	}
	switch v := v.(type) {
	case nil, string, bool, int64:
		return v, nil
	case int:
		return int64(v), nil
	case int32:
		return int64(v), nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("%v is not a JSON number", v)
		}
		return canonicalFloat(v), nil
	case json.Number:
		if i, err := v.Int64(); err == nil {
			return i, nil
		}
		f, err := v.Float64()
		if err != nil {
			return nil, fmt.Errorf("number %s is out of range", v)
		}
		return canonicalFloat(f), nil
	case []any:
		out := make([]any, len(v))
		for i := range v {
			x, err := Canonical(v[i], depth+1)
			if err != nil {
				return nil, fmt.Errorf("[%d]: %w", i, err)
			}
			out[i] = x
		}
		return out, nil
	case map[string]any:
		out := make(map[string]any, len(v))
		for k := range v {
			x, err := Canonical(v[k], depth+1)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", k, err)
			}
			out[k] = x
		}
		return out, nil
	}
	return nil, fmt.Errorf("a %T is not a JSON value", v)
}

// canonicalFloat is an int64 where the float has such a value: the JSON text of 3.0 is `3`, and reads back as an integer.
func canonicalFloat(f float64) any {
	if f == math.Trunc(f) && f >= -1<<63 && f < 1<<63 {
		if _, err := strconv.ParseInt(jsonFloat(f), 10, 64); err == nil {
			return int64(f)
		}
	}
	return f
}

func jsonFloat(f float64) string {
	b, err := json.Marshal(f)
	if err != nil {
		return strconv.FormatFloat(f, 'g', -1, 64)
	}
	return string(b)
}

// formatFloat spells a float64 as CUE spells the decimal of the same JSON text in an interpolation: plain notation down
// to exponents of -7, then one digit, a point and `E`.
//
// A float that has the value of an integer of 64 bits was computed, since inputs of such values are integers. CUE drops the
// zeros at its end.
func formatFloat(f float64) string {
	s := jsonFloat(f)
	if digits := strings.TrimRight(s, "0"); f == math.Trunc(f) && f > -1<<63 && f < 1<<63 && len(digits) < len(s) && strings.Trim(digits, "-") != "" {
		zeros := len(s) - len(digits)
		whole := strings.TrimPrefix(digits, "-")
		exponent := "E+" + strconv.Itoa(zeros+len(whole)-1)
		if len(whole) == 1 {
			return digits + exponent
		}
		return digits[:len(digits)-len(whole)+1] + "." + whole[1:] + exponent
	}
	i := strings.IndexAny(s, "eE")
	if i < 0 {
		return s
	}
	mantissa, sign := s[:i], ""
	if strings.HasPrefix(mantissa, "-") {
		mantissa, sign = mantissa[1:], "-"
	}
	exp, err := strconv.Atoi(s[i+1:])
	if err != nil {
		return s
	}
	whole, frac, _ := strings.Cut(mantissa, ".")
	digits := whole + frac
	scale := exp - len(frac) // the value is digits * 10^scale
	adjusted := len(digits) - 1 + scale
	if scale <= 0 && adjusted >= -6 {
		if p := len(digits) + scale; p > 0 {
			return sign + strings.TrimSuffix(digits[:p]+"."+digits[p:], ".")
		}
		return sign + "0." + strings.Repeat("0", -(len(digits)+scale)) + digits
	}
	out := sign + digits[:1]
	if len(digits) > 1 {
		out += "." + digits[1:]
	}
	return out + "E" + fmt.Sprintf("%+d", adjusted)
}

// KindOf names the type of a JSON value for people.
func KindOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case string:
		return "string"
	case bool:
		return "bool"
	case int64:
		return "int"
	case float64:
		return "number"
	case []any:
		return "list"
	case map[string]any:
		return "struct"
	}
	return fmt.Sprintf("%T", v)
}
