package value

import (
	"encoding/base64"
	"fmt"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// ToGo converts the result of an expression to JSON types, and counts it.
//
// count is told of every value and the bytes that it takes, and stops the conversion with an error.
func ToGo(v ref.Val, count func(bytes int) error, depth int) (any, error) {
	if depth > MaxDepth {
		return nil, fmt.Errorf("the result is nested deeper than %d levels", MaxDepth)
	}
	size := 8
	if s, ok := v.(types.String); ok {
		size = len(s)
	}
	if err := count(size); err != nil {
		return nil, err
	}
	switch x := v.(type) {
	case types.String:
		return string(x), nil
	case types.Int:
		return int64(x), nil
	case types.Double:
		return canonicalFloat(float64(x)), nil
	case types.Bool:
		return bool(x), nil
	case types.Null:
		return nil, nil
	case types.Bytes: // as in JSON
		return base64.StdEncoding.EncodeToString(x), nil
	case traits.Mapper:
		keys, err := Keys(x)
		if err != nil {
			return nil, err
		}
		out := make(map[string]any, len(keys))
		for _, k := range keys {
			if out[k], err = ToGo(x.Get(types.String(k)), count, depth+1); err != nil {
				return nil, fmt.Errorf("%s: %w", k, err)
			}
		}
		return out, nil
	case traits.Lister:
		n, _ := x.Size().(types.Int)
		out := make([]any, n)
		for i := range out {
			var err error
			if out[i], err = ToGo(x.Get(types.Int(i)), count, depth+1); err != nil {
				return nil, fmt.Errorf("[%d]: %w", i, err)
			}
		}
		return out, nil
	case *types.Err:
		return nil, x
	}
	return nil, fmt.Errorf("an expression yields a %s, which is not a JSON value", v.Type().TypeName())
}

// Copy copies a JSON value, and counts it as ToGo does.
func Copy(v any, count func(bytes int) error) (any, error) {
	size := 8
	if s, ok := v.(string); ok {
		size = len(s)
	}
	if err := count(size); err != nil {
		return nil, err
	}
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i := range v {
			var err error
			if out[i], err = Copy(v[i], count); err != nil {
				return nil, err
			}
		}
		return out, nil
	case map[string]any:
		out := make(map[string]any, len(v))
		for k := range v {
			var err error
			if out[k], err = Copy(v[k], count); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	return v, nil
}
