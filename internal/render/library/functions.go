package library

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// Functions are what expressions may call beside CEL's own functions and macros. docs/template-format.md lists them.
func Functions() []cel.EnvOption {
	var out []cel.EnvOption
	for _, group := range [][]cel.EnvOption{valueFunctions(), encodingFunctions(), yamlFunctions(), conversionFunctions(), integerFunctions(), stringFunctions(), searchFunctions(),
		listFunctions(), orderFunctions(), roundingFunctions(), netFunctions(), testFunctions()} {
		out = append(out, group...)
	}
	return out
}

// overloadPrefix begins the names of the overloads of this package.
const overloadPrefix = "kudoc_"

// function declares one function with one overload. It refuses arguments that are too big.
func function(name string, args []*cel.Type, result *cel.Type, impl func(a []ref.Val) ref.Val) cel.EnvOption {
	id := overloadPrefix + strings.ReplaceAll(name, ".", "_")
	of := func(a ...ref.Val) ref.Val {
		if e := tooBig(name, a); e != nil {
			return e
		}
		return impl(a)
	}
	var bind cel.OverloadOpt
	switch len(args) {
	case 1:
		bind = cel.UnaryBinding(func(x ref.Val) ref.Val { return of(x) })
	case 2:
		bind = cel.BinaryBinding(func(x, y ref.Val) ref.Val { return of(x, y) })
	default:
		bind = cel.FunctionBinding(of)
	}
	return cel.Function(name, cel.Overload(id, args, result, bind))
}

func typesOf(t ...*cel.Type) []*cel.Type { return t }

var listOfAny = cel.ListType(cel.DynType)

// valueFunctions work on values of any type.
func valueFunctions() []cel.EnvOption {
	is := func(name string, test func(v ref.Val) bool) cel.EnvOption {
		return function("is_"+name, typesOf(cel.DynType), cel.BoolType, func(a []ref.Val) ref.Val { return types.Bool(test(a[0])) })
	}
	return []cel.EnvOption{
		is("string", func(v ref.Val) bool { _, ok := v.(types.String); return ok }),
		is("bool", func(v ref.Val) bool { _, ok := v.(types.Bool); return ok }),
		is("int", func(v ref.Val) bool { _, ok := v.(types.Int); return ok }),
		is("float", func(v ref.Val) bool { _, ok := v.(types.Double); return ok }),
		is("number", func(v ref.Val) bool { return v.Type() == types.IntType || v.Type() == types.DoubleType }),
		is("bytes", func(v ref.Val) bool { _, ok := v.(types.Bytes); return ok }),
		is("list", func(v ref.Val) bool { _, ok := v.(traits.Lister); return ok }),
		is("struct", func(v ref.Val) bool { _, ok := v.(traits.Mapper); return ok }),
		function("len", typesOf(cel.DynType), cel.IntType, length),
		function("str", typesOf(cel.DynType), cel.StringType, func(a []ref.Val) ref.Val { return interpolate(a[0]) }),
		function("eq", typesOf(cel.DynType, cel.DynType), cel.BoolType, func(a []ref.Val) ref.Val { return types.Bool(equal(a[0], a[1])) }),
		function("unify", typesOf(cel.DynType, cel.DynType), cel.DynType, func(a []ref.Val) ref.Val { return unify(a[0], a[1]) }),
		function("unifyAll", typesOf(listOfAny), cel.DynType, unifyAll),
		function("obj", typesOf(listOfAny), cel.DynType, objectOf),
		function("entries", typesOf(cel.DynType), listOfAny, entries),
		function("enumerate", typesOf(listOfAny), listOfAny, enumerate),
		function("flatten", typesOf(listOfAny), listOfAny, flatten),
		function("fail", typesOf(cel.StringType), cel.DynType, func(a []ref.Val) ref.Val { return types.NewErr("%s", text(a[0])) }),
		function("check", typesOf(cel.DynType, cel.BoolType, cel.StringType), cel.DynType, func(a []ref.Val) ref.Val {
			if a[1] == types.True {
				return a[0]
			}
			return types.NewErr("%s: got %s", text(a[2]), show(a[0]))
		}),
	}
}

// text is the Go string of an argument that the type checker knows to be a string.
func text(v ref.Val) string {
	s, _ := v.(types.String)
	return string(s)
}

// number is the Go integer of an argument that the type checker knows to be an int.
func number(v ref.Val) int64 {
	i, _ := v.(types.Int)
	return int64(i)
}

// show is a value in a message.
func show(v ref.Val) string {
	var b bytes.Buffer
	if writeJSON(&b, v, 0) != nil {
		return v.Type().TypeName()
	}
	if b.Len() > 80 {
		return b.String()[:80] + "..."
	}
	return b.String()
}

// length is CUE's len, which counts the bytes of a string where CEL's size counts its code points.
func length(a []ref.Val) ref.Val {
	switch x := a[0].(type) {
	case types.String:
		return types.Int(len(x))
	case traits.Sizer: // bytes, lists and maps
		return x.Size()
	}
	return types.NewErr("len: a %s has no length", a[0].Type().TypeName())
}

// Interpolate spells a value as CUE does in an interpolation.
func Interpolate(v ref.Val) (string, error) {
	s, ok := interpolate(v).(types.String)
	if !ok {
		return "", fmt.Errorf("a %s cannot stand in a string", v.Type().TypeName())
	}
	return string(s), nil
}

func interpolate(v ref.Val) ref.Val {
	switch x := v.(type) {
	case types.String:
		return x
	case types.Int:
		return types.String(strconv.FormatInt(int64(x), 10))
	case types.Double:
		return types.String(formatFloat(float64(x)))
	case types.Bool:
		return types.String(strconv.FormatBool(bool(x)))
	case types.Bytes:
		return types.String(bytesText(x))
	}
	return types.NewErr("a %s cannot stand in a string", v.Type().TypeName())
}

func unifyAll(a []ref.Val) ref.Val {
	var out ref.Val = NewObject(4)
	work := int64(0)
	if e := Elements(a[0].(traits.Lister), func(_ int, v ref.Val) ref.Val {
		if s, ok := out.(traits.Sizer); ok {
			work += number(s.Size())
		}
		if work > maxUnify {
			return types.NewErr("unifyAll: so many structs of so many fields are beyond the limit")
		}
		if out = unify(out, v); types.IsError(out) {
			return out
		}
		return nil
	}); e != nil {
		return e
	}
	return out
}

// objectOf makes an ordered map of [key, value, key, value, ...].
func objectOf(a []ref.Val) ref.Val {
	l := a[0].(traits.Lister)
	n := number(l.Size())
	if n%2 != 0 {
		return types.NewErr("obj: a key has no value")
	}
	o := NewObject(int(n) / 2)
	for i := int64(0); i < n; i += 2 {
		k, ok := l.Get(types.Int(i)).(types.String)
		if !ok {
			return types.NewErr("obj: a key is not a string")
		}
		o.Set(string(k), l.Get(types.Int(i+1)))
	}
	return o
}

// entries lists a map as {key, value}.
func entries(a []ref.Val) ref.Val {
	m, ok := a[0].(traits.Mapper)
	if !ok {
		return types.NewErr("entries: a %s has no fields", a[0].Type().TypeName())
	}
	keys, err := keysOf(m)
	if err != nil {
		return types.WrapErr(err)
	}
	out := make([]ref.Val, len(keys))
	for i, k := range keys {
		o := NewObject(2)
		o.Set("key", types.String(k))
		o.Set("value", m.Get(types.String(k)))
		out[i] = o
	}
	return newList(out)
}

// enumerate lists a list as {index, value}.
func enumerate(a []ref.Val) ref.Val {
	var out []ref.Val
	if e := Elements(a[0].(traits.Lister), func(i int, v ref.Val) ref.Val {
		o := NewObject(2)
		o.Set("index", types.Int(i))
		o.Set("value", v)
		out = append(out, o)
		return nil
	}); e != nil {
		return e
	}
	return newList(out)
}

func flatten(a []ref.Val) ref.Val {
	var out []ref.Val
	if e := Elements(a[0].(traits.Lister), func(i int, v ref.Val) ref.Val {
		l, ok := v.(traits.Lister)
		if !ok {
			return types.NewErr("flatten: element %d is not a list", i)
		}
		return Elements(l, func(_ int, w ref.Val) ref.Val { out = append(out, w); return nil })
	}); e != nil {
		return e
	}
	return newList(out)
}

// writeJSON writes v as CUE's json.Marshal does: fields in order, nothing escaped for HTML.
func writeJSON(b *bytes.Buffer, v ref.Val, depth int) error {
	if depth > MaxDepth {
		return fmt.Errorf("json.Marshal: nested deeper than %d levels", MaxDepth)
	}
	switch x := v.(type) {
	case traits.Mapper:
		keys, err := keysOf(x)
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
		b.WriteString(text(interpolate(x)))
		return nil
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
