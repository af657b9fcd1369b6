package value

import (
	"slices"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// maxUnify bounds the fields that are compared in a unification.
const maxUnify = 10_000_000

// Equal is CUE's ==, for values of any type.
func Equal(a, b ref.Val) bool {
	switch x := a.(type) {
	case traits.Mapper:
		y, ok := b.(traits.Mapper)
		if !ok || x.Size() != y.Size() {
			return false
		}
		keys, err := Keys(x)
		if err != nil {
			return false
		}
		for _, k := range keys {
			w, ok := y.Find(types.String(k))
			if !ok || !Equal(x.Get(types.String(k)), w) {
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
			if Equal(v, y.Get(types.Int(i))) {
				return nil
			}
			return types.False
		}) == nil
	}
	return a.Equal(b) == types.True
}

// Unify is CUE's unification of two concrete values: equal scalars, lists element by element, maps key by key.
func Unify(a, b ref.Val) ref.Val {
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
			u := Unify(v, y.Get(types.Int(i)))
			out = append(out, u)
			if types.IsError(u) {
				return u
			}
			return nil
		}); e != nil {
			return e
		}
		return NewList(out)
	}
	if a.Type() == b.Type() && a.Equal(b) == types.True {
		return a
	}
	return types.NewErr("conflicting values %v and %v", a.Value(), b.Value())
}

func unifyMaps(x, y traits.Mapper) ref.Val {
	kx, err := Keys(x)
	if err != nil {
		return types.WrapErr(err)
	}
	ky, err := Keys(y)
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
			u := Unify(v, w)
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

// UnifyAll unifies the structs of a list, one after the other.
func UnifyAll(structs traits.Lister) ref.Val {
	var out ref.Val = NewObject(4)
	work := 0
	if e := Elements(structs, func(_ int, v ref.Val) ref.Val {
		if s, ok := out.(traits.Sizer); ok {
			work += size(s)
		}
		if work > maxUnify {
			return types.NewErr("unifyAll: so many structs of so many fields are beyond the limit")
		}
		if out = Unify(out, v); types.IsError(out) {
			return out
		}
		return nil
	}); e != nil {
		return e
	}
	return out
}
