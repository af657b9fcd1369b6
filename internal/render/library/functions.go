package library

import (
	"fmt"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"

	"github.com/kudoc/kudoc/internal/render/value"
)

// Functions are what expressions may call beside CEL's own functions and macros. docs/template-format.md lists them.
func Functions() []cel.EnvOption {
	var out []cel.EnvOption
	for _, group := range [][]cel.EnvOption{valueFunctions(), integerFunctions(), stringFunctions(), searchFunctions(), listFunctions(), orderFunctions(), mathFunctions(),
		strconvFunctions(), encodingFunctions(), yamlFunctions(), cryptoFunctions(), netFunctions(), netTests(), timeFunctions()} {
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

// tooBig is the error about arguments that are too big for a call, or nil.
func tooBig(name string, args []ref.Val) ref.Val {
	for _, a := range args {
		if value.Weigh(a, value.ReadBytes) > value.MaxWeight {
			return types.NewErr("%s: the value is too big: it has more than %d elements, or is nested deeper than %d levels", name, value.MaxWeight, value.MaxDepth)
		}
	}
	return nil
}

// test declares a function that says whether a value is valid. Where CUE calls one, one that cannot read its argument is an
// error; where it is a constraint, that is only a value that does not satisfy it.
func test(name string, args []*cel.Type, impl func(a []ref.Val) (bool, error)) []cel.EnvOption {
	return []cel.EnvOption{
		function(name, args, cel.BoolType, func(a []ref.Val) ref.Val {
			ok, err := impl(a)
			if err != nil {
				return types.WrapErr(fmt.Errorf("%s: %w", name, err))
			}
			return types.Bool(ok)
		}),
		function("valid."+name, args, cel.BoolType, func(a []ref.Val) ref.Val {
			ok, err := impl(a)
			return types.Bool(ok && err == nil)
		}),
	}
}

func typesOf(t ...*cel.Type) []*cel.Type { return t }

var listOfAny = cel.ListType(cel.DynType)

// text is the Go string of an argument that the type checker knows to be a string.
func text(v ref.Val) string {
	s, _ := v.(types.String)
	return string(s)
}

// elements are those of an argument that the type checker knows to be a list.
func elements(v ref.Val) []ref.Val {
	l, _ := v.(traits.Lister)
	return value.Items(l)
}

// number is the Go integer of an argument that the type checker knows to be an int.
func number(v ref.Val) int64 {
	i, _ := v.(types.Int)
	return int64(i)
}

// result is a string that could be computed, or the error.
func result(s string, err error) ref.Val {
	if err != nil {
		return types.WrapErr(err)
	}
	return types.String(s)
}
