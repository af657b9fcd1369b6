package library

import (
	"math"
	"strings"
	"unicode/utf8"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

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

// stringFunctions are CUE's package strings.
func stringFunctions() []cel.EnvOption {
	s := cel.StringType
	one := func(name string, f func(string) string) cel.EnvOption {
		return function("strings."+name, typesOf(s), s, func(a []ref.Val) ref.Val { return types.String(f(text(a[0]))) })
	}
	test := func(name string, f func(x, y string) bool) cel.EnvOption {
		return function("strings."+name, typesOf(s, s), cel.BoolType, func(a []ref.Val) ref.Val { return types.Bool(f(text(a[0]), text(a[1]))) })
	}
	two := func(name string, f func(x, y string) string) cel.EnvOption {
		return function("strings."+name, typesOf(s, s), s, func(a []ref.Val) ref.Val { return types.String(f(text(a[0]), text(a[1]))) })
	}
	runes := func(name string, ok func(n, limit int64) bool) cel.EnvOption {
		return function("strings."+name, typesOf(s, cel.IntType), cel.BoolType, func(a []ref.Val) ref.Val {
			return types.Bool(ok(int64(utf8.RuneCountInString(text(a[0]))), number(a[1])))
		})
	}
	return []cel.EnvOption{
		one("ToUpper", strings.ToUpper), one("ToLower", strings.ToLower), one("TrimSpace", strings.TrimSpace),
		test("Contains", strings.Contains), test("HasPrefix", strings.HasPrefix), test("HasSuffix", strings.HasSuffix),
		two("TrimPrefix", strings.TrimPrefix), two("TrimSuffix", strings.TrimSuffix),
		runes("MinRunes", func(n, limit int64) bool { return n >= limit }),
		runes("MaxRunes", func(n, limit int64) bool { return n <= limit }),
		function("strings.Join", typesOf(listOfAny, s), s, join),
		function("strings.Split", typesOf(s, s), cel.ListType(s), func(a []ref.Val) ref.Val {
			return types.NewStringList(types.DefaultTypeAdapter, strings.Split(text(a[0]), text(a[1])))
		}),
		function("strings.Replace", typesOf(s, s, s, cel.IntType), s, replace),
		function("strings.Repeat", typesOf(s, cel.IntType), s, func(a []ref.Val) ref.Val {
			n := number(a[1])
			if n < 0 {
				return types.NewErr("strings.Repeat: negative count")
			}
			if n > maxStringLen || n*int64(len(text(a[0]))) > maxStringLen {
				return types.NewErr("strings.Repeat: the result has more than %d bytes", maxStringLen)
			}
			return types.String(strings.Repeat(text(a[0]), int(n)))
		}),
	}
}

func join(a []ref.Val) ref.Val {
	var parts []string
	if e := Elements(a[0].(traits.Lister), func(i int, v ref.Val) ref.Val {
		s, ok := v.(types.String)
		if !ok {
			return types.NewErr("strings.Join: element %d is not a string", i)
		}
		parts = append(parts, string(s))
		return nil
	}); e != nil {
		return e
	}
	return types.String(strings.Join(parts, text(a[1])))
}

func replace(a []ref.Val) ref.Val {
	s, old, with := text(a[0]), text(a[1]), text(a[2])
	if n := strings.Count(s, old); n*len(with)+len(s) > maxStringLen {
		return types.NewErr("strings.Replace: the result has more than %d bytes", maxStringLen)
	}
	return types.String(strings.Replace(s, old, with, int(number(a[3]))))
}
