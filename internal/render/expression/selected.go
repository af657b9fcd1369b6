package expression

import (
	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

// Most holes are no more than params.x or instance.name. Their values are looked up here, which costs a tenth of an
// evaluation by CEL and means the same; whatever is out of the ordinary is left to CEL, its error messages included.

// plainSelection is the path of an expression that only selects fields, or nil.
func plainSelection(a *cel.Ast) []string {
	e := a.NativeRep().Expr()
	for x := e; x.Kind() == ast.SelectKind; x = x.AsSelect().Operand() {
		if x.AsSelect().IsTestOnly() {
			return nil
		}
	}
	return selection(e)
}

// selected is the scalar at a path. ok is false for everything else.
func selected(vars map[string]any, path []string) (v ref.Val, ok bool) {
	var x any = vars
	for _, name := range path {
		m, isMap := x.(map[string]any)
		if !isMap {
			return nil, false
		}
		if x, ok = m[name]; !ok {
			return nil, false
		}
	}
	switch x := x.(type) {
	case string:
		return types.String(x), true
	case bool:
		return types.Bool(x), true
	case int64:
		return types.Int(x), true
	case float64:
		return types.Double(x), true
	}
	return nil, false
}
