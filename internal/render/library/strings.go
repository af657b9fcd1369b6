package library

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"

	"github.com/kudoc/kudoc/internal/render/value"
)

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
	if e := value.Elements(a[0].(traits.Lister), func(i int, v ref.Val) ref.Val {
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

// searchFunctions are the functions of CUE's package strings that look into strings and cut them up.
func searchFunctions() []cel.EnvOption {
	s, i := cel.StringType, cel.IntType
	find := func(name string, f func(x, y string) int) cel.EnvOption {
		return function("strings."+name, typesOf(s, s), i, func(a []ref.Val) ref.Val { return types.Int(f(text(a[0]), text(a[1]))) })
	}
	cut := func(name string, f func(x, cutset string) string) cel.EnvOption {
		return function("strings."+name, typesOf(s, s), s, func(a []ref.Val) ref.Val { return types.String(f(text(a[0]), text(a[1]))) })
	}
	split := func(name string, f func(x, sep string, n int) []string) cel.EnvOption {
		return function("strings."+name, typesOf(s, s, i), cel.ListType(s), func(a []ref.Val) ref.Val {
			return stringList(f(text(a[0]), text(a[1]), int(number(a[2]))))
		})
	}
	return []cel.EnvOption{
		find("Index", strings.Index), find("LastIndex", strings.LastIndex), find("Count", strings.Count),
		find("Compare", strings.Compare), find("IndexAny", strings.IndexAny), find("LastIndexAny", strings.LastIndexAny),
		cut("Trim", strings.Trim), cut("TrimLeft", strings.TrimLeft), cut("TrimRight", strings.TrimRight),
		split("SplitN", strings.SplitN), split("SplitAfterN", strings.SplitAfterN),
		function("strings.ContainsAny", typesOf(s, s), cel.BoolType, func(a []ref.Val) ref.Val {
			return types.Bool(strings.ContainsAny(text(a[0]), text(a[1])))
		}),
		function("strings.SplitAfter", typesOf(s, s), cel.ListType(s), func(a []ref.Val) ref.Val {
			return stringList(strings.SplitAfter(text(a[0]), text(a[1])))
		}),
		function("strings.Fields", typesOf(s), cel.ListType(s), func(a []ref.Val) ref.Val { return stringList(strings.Fields(text(a[0]))) }),
		function("strings.Runes", typesOf(s), cel.ListType(i), runesOf),
		function("strings.SliceRunes", typesOf(s, i, i), s, sliceRunes),
		function("strings.ToTitle", typesOf(s), s, firstLetters(unicode.ToTitle)),
		function("strings.ToCamel", typesOf(s), s, firstLetters(unicode.ToLower)),
	}
}

func stringList(l []string) ref.Val { return types.NewStringList(types.DefaultTypeAdapter, l) }

func runesOf(a []ref.Val) ref.Val {
	var out []ref.Val
	for _, r := range text(a[0]) {
		out = append(out, types.Int(r))
	}
	return value.NewList(out)
}

func sliceRunes(a []ref.Val) ref.Val {
	runes, from, to := []rune(text(a[0])), number(a[1]), number(a[2])
	if from < 0 || from > to || to > int64(len(runes)) {
		return types.NewErr("strings.SliceRunes: index out of range")
	}
	return types.String(runes[from:to])
}

// firstLetters maps the first letter of every word, as CUE's ToTitle and ToCamel do: Go's ToTitle maps all letters.
func firstLetters(convert func(rune) rune) func(a []ref.Val) ref.Val {
	return func(a []ref.Val) ref.Val {
		before := ' '
		return types.String(strings.Map(func(r rune) rune {
			first := unicode.IsSpace(before)
			before = r
			if first {
				return convert(r)
			}
			return r
		}, text(a[0])))
	}
}
