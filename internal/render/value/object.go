package value

import (
	"errors"
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

func (o *Object) Equal(other ref.Val) ref.Val { return types.Bool(Equal(o, other)) }
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

// Keys returns the keys of a map in the order in which CUE would range over it: an object's own order, or sorted.
func Keys(m traits.Mapper) ([]string, error) {
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
	for i := range size(l) {
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

func size(s traits.Sizer) int {
	n, _ := s.Size().(types.Int)
	return int(n)
}

// NewList is a list of values.
func NewList(vs []ref.Val) ref.Val { return types.NewRefValList(types.DefaultTypeAdapter, vs) }

// Items are the elements of a list.
func Items(l traits.Lister) []ref.Val {
	out := make([]ref.Val, size(l))
	for i := range out {
		out[i] = l.Get(types.Int(i))
	}
	return out
}
