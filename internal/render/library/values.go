package library

import (
	"encoding/base64"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// Object is a CEL map that keeps the order of its keys. CUE structs have an order, which shows when one is marshalled or
// ranged over; CEL's own maps have none.
type Object struct {
	keys []string
	vals map[string]ref.Val
}

// NewObject returns an empty object with room for n keys.
func NewObject(n int) *Object { return &Object{vals: make(map[string]ref.Val, n)} }

// Set adds or replaces a field.
func (o *Object) Set(k string, v ref.Val) {
	if _, ok := o.vals[k]; !ok {
		o.keys = append(o.keys, k)
	}
	o.vals[k] = v
}

func (o *Object) ConvertToNative(reflect.Type) (any, error) {
	return nil, errors.New("an object has no native form")
}

func (o *Object) ConvertToType(t ref.Type) ref.Val {
	if t == types.TypeType {
		return types.MapType
	}
	return types.NewErr("an object cannot become a %s", t.TypeName())
}

func (o *Object) Equal(other ref.Val) ref.Val { return types.Bool(equal(o, other)) }
func (o *Object) Type() ref.Type              { return types.MapType }
func (o *Object) Value() any                  { return o }
func (o *Object) Size() ref.Val               { return types.Int(len(o.keys)) }

func (o *Object) Contains(k ref.Val) ref.Val {
	_, ok := o.Find(k)
	return types.Bool(ok)
}

func (o *Object) Get(k ref.Val) ref.Val {
	if v, ok := o.Find(k); ok {
		return v
	}
	return types.NewErr("no such key: %v", k)
}

func (o *Object) Find(k ref.Val) (ref.Val, bool) {
	s, ok := k.(types.String)
	if !ok {
		return nil, false
	}
	v, ok := o.vals[string(s)]
	return v, ok
}

func (o *Object) Iterator() traits.Iterator { return &keyIterator{keys: o.keys} }

// keyIterator yields the keys of an object in order.
type keyIterator struct {
	keys []string
	next int
}

func (it *keyIterator) ConvertToNative(reflect.Type) (any, error) {
	return nil, errors.New("an iterator has no native form")
}
func (it *keyIterator) ConvertToType(ref.Type) ref.Val {
	return types.NewErr("an iterator has no other type")
}
func (it *keyIterator) Equal(ref.Val) ref.Val { return types.False }
func (it *keyIterator) Type() ref.Type        { return types.IteratorType }
func (it *keyIterator) Value() any            { return nil }
func (it *keyIterator) HasNext() ref.Val      { return types.Bool(it.next < len(it.keys)) }
func (it *keyIterator) Next() ref.Val {
	it.next++
	return types.String(it.keys[it.next-1])
}

// keysOf returns the keys of a map in the order in which CUE would range over it: an object's own order, or sorted.
func keysOf(m traits.Mapper) ([]string, error) {
	if o, ok := m.(*Object); ok {
		return o.keys, nil
	}
	var keys []string
	for it := m.Iterator(); it.HasNext() == types.True; {
		s, ok := it.Next().(types.String)
		if !ok {
			return nil, errors.New("a map has a key that is not a string")
		}
		keys = append(keys, string(s))
	}
	slices.Sort(keys)
	return keys, nil
}

// Elements calls f for each element of a list until f returns an error value.
func Elements(l traits.Lister, f func(i int, v ref.Val) ref.Val) ref.Val {
	n, _ := l.Size().(types.Int)
	for i := 0; i < int(n); i++ {
		v := l.Get(types.Int(i))
		if types.IsError(v) {
			return v
		}
		if e := f(i, v); e != nil {
			return e
		}
	}
	return nil
}

func newList(vs []ref.Val) ref.Val { return types.NewRefValList(types.DefaultTypeAdapter, vs) }

// equal is CUE's ==, for values of any type.
func equal(a, b ref.Val) bool {
	switch x := a.(type) {
	case traits.Mapper:
		y, ok := b.(traits.Mapper)
		if !ok || x.Size() != y.Size() {
			return false
		}
		keys, err := keysOf(x)
		if err != nil {
			return false
		}
		for _, k := range keys {
			w, ok := y.Find(types.String(k))
			if !ok || !equal(x.Get(types.String(k)), w) {
				return false
			}
		}
		return true
	case traits.Lister:
		y, ok := b.(traits.Lister)
		if !ok || x.Size() != y.Size() {
			return false
		}
		return Elements(x, func(i int, v ref.Val) ref.Val {
			if equal(v, y.Get(types.Int(i))) {
				return nil
			}
			return types.False
		}) == nil
	}
	return a.Equal(b) == types.True
}

// unify is CUE's unification of two concrete values: equal scalars, lists element by element, maps key by key.
func unify(a, b ref.Val) ref.Val {
	if types.IsError(a) {
		return a
	}
	if types.IsError(b) {
		return b
	}
	switch x := a.(type) {
	case traits.Mapper:
		if y, ok := b.(traits.Mapper); ok {
			return unifyMaps(x, y)
		}
		return types.NewErr("conflicting values: a map and a %s", b.Type().TypeName())
	case traits.Lister:
		y, ok := b.(traits.Lister)
		if !ok || x.Size() != y.Size() {
			return types.NewErr("conflicting values: lists of different length, or a list and something else")
		}
		var out []ref.Val
		if e := Elements(x, func(i int, v ref.Val) ref.Val {
			u := unify(v, y.Get(types.Int(i)))
			out = append(out, u)
			if types.IsError(u) {
				return u
			}
			return nil
		}); e != nil {
			return e
		}
		return newList(out)
	}
	if a.Type() == b.Type() && a.Equal(b) == types.True {
		return a
	}
	return types.NewErr("conflicting values %v and %v", a.Value(), b.Value())
}

func unifyMaps(x, y traits.Mapper) ref.Val {
	kx, err := keysOf(x)
	if err != nil {
		return types.WrapErr(err)
	}
	ky, err := keysOf(y)
	if err != nil {
		return types.WrapErr(err)
	}
	if len(kx)*len(ky) > maxUnify {
		return types.NewErr("unify: structs of %d and %d fields are beyond the limit", len(kx), len(ky))
	}
	o := NewObject(len(kx) + len(ky))
	for _, k := range mergeOrder(kx, ky) {
		v, inX := x.Find(types.String(k))
		w, inY := y.Find(types.String(k))
		switch {
		case inX && inY:
			u := unify(v, w)
			if types.IsError(u) {
				return types.NewErr("%s: %v", k, u)
			}
			o.Set(k, u)
		case inX:
			o.Set(k, v)
		default:
			o.Set(k, w)
		}
	}
	return o
}

// mergeOrder is the order of fields that CUE gives to the unification of two structs: a topological sort of both orders
// in which the lexically smallest field that may come next does.
func mergeOrder(a, b []string) []string {
	done := make(map[string]bool, len(a)+len(b))
	out := make([]string, 0, len(a)+len(b))
	for len(a) > 0 || len(b) > 0 {
		switch {
		case len(a) > 0 && done[a[0]]:
			a = a[1:]
		case len(b) > 0 && done[b[0]]:
			b = b[1:]
		default:
			k := nextKey(a, b)
			done[k] = true
			out = append(out, k)
		}
	}
	return out
}

// nextKey chooses between the heads of two orders. A head that the other order wants later has to wait, unless both do.
func nextKey(a, b []string) string {
	free := func(own, other []string) bool {
		return len(own) > 0 && (len(other) == 0 || other[0] == own[0] || !slices.Contains(other, own[0]))
	}
	freeA, freeB := free(a, b), free(b, a)
	switch {
	case freeA && (!freeB || a[0] <= b[0]):
		return a[0]
	case freeB:
		return b[0]
	case len(a) > 0:
		return a[0]
	}
	return b[0]
}

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
		keys, err := keysOf(x)
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
