package library

import (
	"math/big"
	"slices"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"

	"github.com/kudoc/kudoc/internal/render/value"
)

// orderFunctions are the functions of CUE's package list that choose and order elements.
func orderFunctions() []cel.EnvOption {
	i := cel.IntType
	part := func(name string, f func(l []ref.Val, n int64) []ref.Val) cel.EnvOption {
		return function("list."+name, typesOf(listOfAny, i), listOfAny, func(a []ref.Val) ref.Val {
			if number(a[1]) < 0 {
				return types.NewErr("list.%s: negative index", name)
			}
			return value.NewList(f(elements(a[0]), number(a[1])))
		})
	}
	return []cel.EnvOption{
		part("Take", func(l []ref.Val, n int64) []ref.Val { return l[:min(n, int64(len(l)))] }),
		part("Drop", func(l []ref.Val, n int64) []ref.Val { return l[min(n, int64(len(l))):] }),
		function("list.Slice", typesOf(listOfAny, i, i), listOfAny, func(a []ref.Val) ref.Val {
			l, from, to := elements(a[0]), number(a[1]), number(a[2])
			if from < 0 || from > to || to > int64(len(l)) {
				return types.NewErr("list.Slice: index out of range")
			}
			return value.NewList(l[from:to])
		}),
		function("list.Reverse", typesOf(listOfAny), listOfAny, func(a []ref.Val) ref.Val {
			l := slices.Clone(elements(a[0]))
			slices.Reverse(l)
			return value.NewList(l)
		}),
		function("list.Repeat", typesOf(listOfAny, i), listOfAny, repeatList),
		function("list.FlattenN", typesOf(listOfAny, i), listOfAny, func(a []ref.Val) ref.Val {
			return value.NewList(flattenN(nil, elements(a[0]), number(a[1])))
		}),
		function("list.SortStrings", typesOf(listOfAny), cel.ListType(cel.StringType), func(a []ref.Val) ref.Val {
			for n, v := range elements(a[0]) {
				if _, ok := v.(types.String); !ok {
					return types.NewErr("list.SortStrings: element %d is not a string", n)
				}
			}
			return sortBy("list.SortStrings", elements(a[0]), elements(a[0]), false)
		}),
		function("list.IsSortedStrings", typesOf(listOfAny), cel.BoolType, isSortedStrings),
		function("list.SortBy", typesOf(listOfAny, listOfAny, cel.BoolType), listOfAny, func(a []ref.Val) ref.Val {
			return sortBy("list.Sort", elements(a[0]), elements(a[1]), a[2] == types.True)
		}),
	}
}

func repeatList(a []ref.Val) ref.Val {
	l, n := elements(a[0]), number(a[1])
	switch {
	case n < 0:
		return types.NewErr("list.Repeat: negative count")
	case n > maxListLen || n*int64(len(l)) > maxListLen:
		return types.NewErr("list.Repeat: the list has more than %d elements", maxListLen)
	}
	return value.NewList(slices.Repeat(l, int(n)))
}

// flattenN replaces lists by their elements, depth levels deep; all levels if depth is negative.
func flattenN(out, in []ref.Val, depth int64) []ref.Val {
	for _, v := range in {
		if _, ok := v.(traits.Lister); ok && depth != 0 {
			out = flattenN(out, elements(v), depth-1)
			continue
		}
		out = append(out, v)
	}
	return out
}

func isSortedStrings(a []ref.Val) ref.Val {
	l := elements(a[0])
	for i, v := range l {
		s, ok := v.(types.String)
		if !ok {
			return types.NewErr("list.IsSortedStrings: element %d is not a string", i)
		}
		if i > 0 && s < l[i-1].(types.String) {
			return types.False
		}
	}
	return types.True
}

// sortBy orders a list by keys, one for each element. Equal elements keep their order, also when descending.
func sortBy(name string, l, keys []ref.Val, descending bool) ref.Val {
	if len(l) != len(keys) {
		return types.NewErr("%s: %d elements, but %d keys", name, len(l), len(keys))
	}
	if len(l) < 2 {
		return value.NewList(l) // CUE compares nothing, so that anything may be in the list
	}
	order := make([]int, len(l))
	for i := range order {
		order[i] = i
		if _, isText := keys[i].(types.String); isText != (keys[0].Type() == types.StringType) || !isText && decimal(keys[i]) == nil {
			return types.NewErr("%s: element %d cannot be compared with the others", name, i)
		}
	}
	slices.SortStableFunc(order, func(i, j int) int {
		c := compareScalars(keys[i], keys[j])
		if descending {
			c = -c
		}
		return c
	})
	out := make([]ref.Val, len(l))
	for i, j := range order {
		out[i] = l[j]
	}
	return value.NewList(out)
}

func compareScalars(a, b ref.Val) int {
	if s, ok := a.(types.String); ok {
		t, _ := b.(types.String)
		return strings.Compare(string(s), string(t))
	}
	return decimal(a).Cmp(decimal(b))
}

// decimal is a number of either type, exactly; nil for anything else.
func decimal(v ref.Val) *big.Float {
	switch x := v.(type) {
	case types.Int:
		return new(big.Float).SetInt64(int64(x))
	case types.Double:
		return big.NewFloat(float64(x))
	}
	return nil
}
