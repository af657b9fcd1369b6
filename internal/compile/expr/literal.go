package expr

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"

	"cuelang.org/go/cue/literal"
)

// Object is a constant struct. It keeps the order of its fields.
type Object struct {
	Keys []string
	Vals map[string]any
}

// NewObject returns an empty constant.
func NewObject() *Object { return &Object{Vals: map[string]any{}} }

// Set adds or replaces a field.
func (o *Object) Set(k string, v any) {
	if _, ok := o.Vals[k]; !ok {
		o.Keys = append(o.Keys, k)
	}
	o.Vals[k] = v
}

// MarshalJSON writes the fields in order.
func (o *Object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, k := range o.Keys {
		if i > 0 {
			b.WriteByte(',')
		}
		kb, err := json.Marshal(k)
		if err != nil {
			return nil, err
		}
		vb, err := json.Marshal(o.Vals[k])
		if err != nil {
			return nil, err
		}
		b.Write(kb)
		b.WriteByte(':')
		b.Write(vb)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// ByteString is a constant of type bytes, which is base64 in a manifest.
type ByteString string

// Text is the bytes in base64.
func (b ByteString) Text() string { return base64.StdEncoding.EncodeToString([]byte(b)) }

// MarshalJSON writes base64.
func (b ByteString) MarshalJSON() ([]byte, error) { return json.Marshal(b.Text()) }

// Lit is a constant: nil, a bool, a string, a ByteString, a json.Number, or an []any or *Object of constants.
func Lit(v any) *X { return &X{Op: OpLit, Lit: v, Type: typeOf(v)} }

// LitInt is an integer constant.
func LitInt(i int64) *X { return Lit(json.Number(strconv.FormatInt(i, 10))) }

func typeOf(v any) *Type {
	switch v := v.(type) {
	case nil:
		return TNull
	case bool:
		return TBool
	case string:
		return &Type{Kind: String, Values: []string{v}}
	case ByteString:
		return TBytes
	case json.Number:
		if strings.ContainsAny(v.String(), ".eE") {
			return TNum
		}
		if i, err := v.Int64(); err == nil {
			return &Type{Kind: Int, Lo: &i, Hi: &i}
		}
		return TInt
	case []any:
		var elem *Type
		for _, e := range v {
			elem = Join(elem, typeOf(e))
		}
		if elem == nil {
			elem = TAny
		}
		return ListOf(elem)
	case *Object:
		t := &Type{Kind: Struct}
		for _, k := range v.Keys {
			t.Fields = append(t.Fields, Field{Name: k, Type: typeOf(v.Vals[k])})
		}
		return t
	}
	return TAny
}

// Constant returns the value of a string constant.
func (x *X) Constant() (string, bool) {
	if x == nil || x.Op != OpLit {
		return "", false
	}
	s, ok := x.Lit.(string)
	return s, ok
}

// Int returns the value of an integer constant.
func (x *X) Int() (int64, bool) {
	if n, ok := x.Lit.(json.Number); ok && x.Op == OpLit && x.Type.Kind == Int {
		i, err := n.Int64()
		return i, err == nil
	}
	return 0, false
}

// CUE spells a constant in CUE.
func CUE(v any) string {
	switch v := v.(type) {
	case bool:
		return strconv.FormatBool(v)
	case string:
		return literal.String.Quote(v)
	case ByteString:
		return literal.Bytes.Quote(string(v))
	case json.Number:
		if strings.HasPrefix(v.String(), "-") {
			return "(" + v.String() + ")"
		}
		return v.String()
	case []any:
		parts := make([]string, len(v))
		for i := range v {
			parts[i] = CUE(v[i])
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case *Object:
		parts := make([]string, len(v.Keys))
		for i, k := range v.Keys {
			parts[i] = literal.String.Quote(k) + ": " + CUE(v.Vals[k])
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return "null"
}

// CELLiteral spells a constant in CEL. An integer that does not fit in 64 bits has no spelling; the evaluator refuses it.
func CELLiteral(v any) string {
	switch v := v.(type) {
	case bool:
		return strconv.FormatBool(v)
	case string:
		return strconv.Quote(v) // CEL reads Go's escapes
	case ByteString:
		return "base64.Decode(null, " + strconv.Quote(v.Text()) + ")"
	case json.Number:
		return v.String()
	case []any:
		parts := make([]string, len(v))
		for i := range v {
			parts[i] = CELLiteral(v[i])
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case *Object:
		var parts []string
		for _, k := range v.Keys {
			parts = append(parts, strconv.Quote(k), CELLiteral(v.Vals[k]))
		}
		return "obj([" + strings.Join(parts, ", ") + "])"
	}
	return "null"
}
