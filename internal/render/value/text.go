package value

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// Interpolate spells a value as CUE does in an interpolation.
func Interpolate(v ref.Val) (string, error) {
	switch x := v.(type) {
	case types.String:
		return string(x), nil
	case types.Int:
		return strconv.FormatInt(int64(x), 10), nil
	case types.Double:
		return formatFloat(float64(x)), nil
	case types.Bool:
		return strconv.FormatBool(bool(x)), nil
	case types.Bytes:
		return strings.ToValidUTF8(string(x), string(utf8.RuneError)), nil
	}
	return "", fmt.Errorf("a %s cannot stand in a string", v.Type().TypeName())
}

// Show is a value in a message.
func Show(v ref.Val) string {
	s, err := JSON(v)
	if err != nil {
		return v.Type().TypeName()
	}
	if len(s) > 80 {
		return s[:80] + "..."
	}
	return s
}

// JSON is the text that CUE's json.Marshal makes: fields in order, nothing escaped for HTML.
func JSON(v ref.Val) (string, error) {
	var b bytes.Buffer
	if err := writeJSON(&b, v, 0); err != nil {
		return "", err
	}
	return b.String(), nil
}

func writeJSON(b *bytes.Buffer, v ref.Val, depth int) error {
	if depth > MaxDepth {
		return fmt.Errorf("json.Marshal: nested deeper than %d levels", MaxDepth)
	}
	switch x := v.(type) {
	case traits.Mapper:
		keys, err := Keys(x)
		if err != nil {
			return err
		}
		b.WriteByte('{')
		for i, k := range keys {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := writeString(b, k); err != nil {
				return err
			}
			b.WriteByte(':')
			if err := writeJSON(b, x.Get(types.String(k)), depth+1); err != nil {
				return err
			}
		}
		b.WriteByte('}')
		return nil
	case traits.Lister:
		b.WriteByte('[')
		var err error
		Elements(x, func(i int, e ref.Val) ref.Val {
			if i > 0 {
				b.WriteByte(',')
			}
			if err = writeJSON(b, e, depth+1); err != nil {
				return types.False
			}
			return nil
		})
		b.WriteByte(']')
		return err
	case types.String:
		return writeString(b, string(x))
	case types.Null:
		b.WriteString("null")
		return nil
	case types.Int, types.Double, types.Bool:
		s, err := Interpolate(x)
		b.WriteString(s)
		return err
	case types.Bytes:
		return writeString(b, base64.StdEncoding.EncodeToString(x))
	case *types.Err:
		return x
	}
	return fmt.Errorf("json.Marshal: a %s is not a JSON value", v.Type().TypeName())
}

func writeString(b *bytes.Buffer, s string) error {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return err
	}
	b.Truncate(b.Len() - 1)
	return nil
}

// Abbreviate keeps a text in a message short.
func Abbreviate(s string) string {
	const limit = 120
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "..."
}

// Brief is a JSON value in a message.
func Brief(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return KindOf(v)
	}
	return Abbreviate(string(b))
}
