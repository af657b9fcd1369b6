package library

import (
	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"

	"github.com/kudoc/kudoc/internal/render/value"
)

// listFunctions are CUE's package list. Where CUE works on any numbers (Min, Max, Sum), these work on integers only:
// the compiler refuses the rest, since CUE computes with decimals that CEL does not have.
func listFunctions() []cel.EnvOption {
	i := cel.IntType
	items := func(name string, ok func(n, limit int64) bool) cel.EnvOption {
		return function("list."+name, typesOf(listOfAny, i), cel.BoolType, func(a []ref.Val) ref.Val {
			return types.Bool(ok(number(a[0].(traits.Lister).Size()), number(a[1])))
		})
	}
	return []cel.EnvOption{
		function("list.Range", typesOf(i, i, i), cel.ListType(i), rangeOf),
		function("list.Contains", typesOf(listOfAny, cel.DynType), cel.BoolType, contains),
		function("list.UniqueItems", typesOf(listOfAny), cel.BoolType, unique),
		items("MinItems", func(n, limit int64) bool { return n >= limit }),
		items("MaxItems", func(n, limit int64) bool { return n <= limit }),
		reduce("Min", func(x, y int64) (int64, bool) { return min(x, y), true }),
		reduce("Max", func(x, y int64) (int64, bool) { return max(x, y), true }),
		reduce("Sum", func(x, y int64) (int64, bool) {
			s := x + y
			return s, (s > x) == (y > 0)
		}),
	}
}

// rangeOf refuses an end on the wrong side of the start, as CUE does.
func rangeOf(a []ref.Val) ref.Val {
	from, to, step := number(a[0]), number(a[1]), number(a[2])
	switch {
	case step == 0:
		return types.NewErr("list.Range: the step must not be zero")
	case step > 0 && to < from:
		return types.NewErr("list.Range: the end must be greater than the start when the step is positive")
	case step < 0 && to > from:
		return types.NewErr("list.Range: the end must be less than the start when the step is negative")
	}
	var out []ref.Val
	for x := from; step > 0 && x < to || step < 0 && x > to; {
		if len(out) == maxListLen {
			return types.NewErr("list.Range: the list has more than %d elements", maxListLen)
		}
		out = append(out, types.Int(x))
		next := x + step
		if (next > x) != (step > 0) {
			break // beyond 64 bits, so beyond the end
		}
		x = next
	}
	return value.NewList(out)
}

func contains(a []ref.Val) ref.Val {
	found := value.Elements(a[0].(traits.Lister), func(_ int, v ref.Val) ref.Val {
		if value.Equal(v, a[1]) {
			return types.True
		}
		return nil
	})
	if found == nil {
		return types.False
	}
	return found
}

func unique(a []ref.Val) ref.Val {
	l := a[0].(traits.Lister)
	if number(l.Size()) > 2000 {
		return types.NewErr("list.UniqueItems: the list has more than 2000 elements")
	}
	if number(l.Size())*int64(value.Weigh(a[0], value.ReadBytes)) > maxCompared {
		return types.NewErr("list.UniqueItems: the list is too big")
	}
	twice := value.Elements(l, func(i int, v ref.Val) ref.Val {
		for j := 0; j < i; j++ {
			if value.Equal(v, l.Get(types.Int(j))) {
				return types.False
			}
		}
		return nil
	})
	if twice == nil {
		return types.True
	}
	return twice
}

func reduce(name string, f func(x, y int64) (sum int64, ok bool)) cel.EnvOption {
	return function("list."+name, typesOf(listOfAny), cel.IntType, func(a []ref.Val) ref.Val {
		l := a[0].(traits.Lister)
		if number(l.Size()) == 0 && name != "Sum" {
			return types.NewErr("list.%s: the list is empty", name)
		}
		var out int64
		if e := value.Elements(l, func(i int, v ref.Val) ref.Val {
			x, ok := v.(types.Int)
			if !ok {
				return types.NewErr("list.%s: element %d is not an int", name, i)
			}
			if i == 0 {
				out = int64(x)
				return nil
			}
			if out, ok = f(out, int64(x)); !ok {
				return types.NewErr("list.%s: integer overflow", name)
			}
			return nil
		}); e != nil {
			return e
		}
		return types.Int(out)
	})
}
