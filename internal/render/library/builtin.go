package library

import (
	"math"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"

	"github.com/kudoc/kudoc/internal/render/value"
)

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
		function("str", typesOf(cel.DynType), cel.StringType, func(a []ref.Val) ref.Val { return result(value.Interpolate(a[0])) }),
		function("eq", typesOf(cel.DynType, cel.DynType), cel.BoolType, func(a []ref.Val) ref.Val { return types.Bool(value.Equal(a[0], a[1])) }),
		function("unify", typesOf(cel.DynType, cel.DynType), cel.DynType, func(a []ref.Val) ref.Val { return value.Unify(a[0], a[1]) }),
		function("unifyAll", typesOf(listOfAny), cel.DynType, func(a []ref.Val) ref.Val { return value.UnifyAll(a[0].(traits.Lister)) }),
		function("obj", typesOf(listOfAny), cel.DynType, objectOf),
		function("entries", typesOf(cel.DynType), listOfAny, entries),
		function("enumerate", typesOf(listOfAny), listOfAny, enumerate),
		function("flatten", typesOf(listOfAny), listOfAny, flatten),
		function("fail", typesOf(cel.StringType), cel.DynType, func(a []ref.Val) ref.Val { return types.NewErr("%s", text(a[0])) }),
		function("check", typesOf(cel.DynType, cel.BoolType, cel.StringType), cel.DynType, func(a []ref.Val) ref.Val {
			if a[1] == types.True {
				return a[0]
			}
			return types.NewErr("%s: got %s", text(a[2]), value.Show(a[0]))
		}),
	}
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

// objectOf makes an ordered map of [key, value, key, value, ...].
func objectOf(a []ref.Val) ref.Val {
	l := a[0].(traits.Lister)
	n := number(l.Size())
	if n%2 != 0 {
		return types.NewErr("obj: a key has no value")
	}
	o := value.NewObject(int(n) / 2)
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
	keys, err := value.Keys(m)
	if err != nil {
		return types.WrapErr(err)
	}
	out := make([]ref.Val, len(keys))
	for i, k := range keys {
		o := value.NewObject(2)
		o.Set("key", types.String(k))
		o.Set("value", m.Get(types.String(k)))
		out[i] = o
	}
	return value.NewList(out)
}

// enumerate lists a list as {index, value}.
func enumerate(a []ref.Val) ref.Val {
	var out []ref.Val
	if e := value.Elements(a[0].(traits.Lister), func(i int, v ref.Val) ref.Val {
		o := value.NewObject(2)
		o.Set("index", types.Int(i))
		o.Set("value", v)
		out = append(out, o)
		return nil
	}); e != nil {
		return e
	}
	return value.NewList(out)
}

func flatten(a []ref.Val) ref.Val {
	var out []ref.Val
	if e := value.Elements(a[0].(traits.Lister), func(i int, v ref.Val) ref.Val {
		l, ok := v.(traits.Lister)
		if !ok {
			return types.NewErr("flatten: element %d is not a list", i)
		}
		return value.Elements(l, func(_ int, w ref.Val) ref.Val { out = append(out, w); return nil })
	}); e != nil {
		return e
	}
	return value.NewList(out)
}

// integerFunctions are CUE's integer divisions: div and mod are Euclidean, quo and rem truncate.
func integerFunctions() []cel.EnvOption {
	op := func(name string, f func(x, y int64) int64) cel.EnvOption {
		return function(name, typesOf(cel.IntType, cel.IntType), cel.IntType, func(a []ref.Val) ref.Val {
			x, y := number(a[0]), number(a[1])
			if y == 0 {
				return types.NewErr("%s: division by zero", name)
			}
			if x == math.MinInt64 && y == -1 {
				return types.NewErr("%s: integer overflow", name)
			}
			return types.Int(f(x, y))
		})
	}
	return []cel.EnvOption{
		op("div", func(x, y int64) int64 {
			q := x / y
			if x%y < 0 {
				if y > 0 {
					q--
				} else {
					q++
				}
			}
			return q
		}),
		op("mod", func(x, y int64) int64 {
			r := x % y
			if r < 0 {
				if y < 0 {
					r -= y
				} else {
					r += y
				}
			}
			return r
		}),
		op("quo", func(x, y int64) int64 { return x / y }),
		op("rem", func(x, y int64) int64 { return x % y }),
	}
}
