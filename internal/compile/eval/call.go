package eval

import (
	"strings"

	"cuelang.org/go/cue/ast"

	"github.com/kudoc/kudoc/internal/compile/expr"
)

// builtinFunctions are the functions of CUE that need no import.
var builtinFunctions = map[string]bool{
	"error": true, "len": true, "div": true, "mod": true, "quo": true, "rem": true, "and": true, "or": true, "close": true,
	"matchN": true, "matchIf": true,
}

// function resolves the function of a call to one of a package.
func (ev *Evaluator) function(y *ast.CallExpr, sc *Scope) (builtinFunction, bool) {
	if id, ok := y.Fun.(*ast.Ident); ok && builtinFunctions[id.Name] {
		return builtinFunction{}, false
	}
	f, ok := ev.resolve(y.Fun, sc).(builtinFunction)
	return f, ok
}

func (ev *Evaluator) functionName(y *ast.CallExpr, sc *Scope) string {
	if id, ok := y.Fun.(*ast.Ident); ok && builtinFunctions[id.Name] {
		return id.Name
	}
	f, ok := ev.function(y, sc)
	if !ok {
		ev.fail(y.Fun, "%s is not a function", ev.format(y.Fun))
	}
	return f.String()
}

// runtimeFunction is a function that exists when templates are rendered.
func (ev *Evaluator) runtimeFunction(name string, node ast.Node) *expr.Function {
	f := expr.Lookup(name)
	if f == nil {
		ev.refuse(node, "docs/template-format.md lists the functions that can", "%s cannot be applied to values that depend on inputs", shortName(name))
	}
	return f
}

// shortName is the name of a function as an author writes it: json.Marshal.
func shortName(name string) string { return name[strings.LastIndex(name, "/")+1:] }

func (ev *Evaluator) call(y *ast.CallExpr, sc *Scope) *expr.X {
	name := ev.functionName(y, sc)
	if name == "list.Sort" || name == "list.SortStable" {
		return ev.sort(y, sc)
	}
	args := make([]*expr.X, len(y.Args))
	constant := true
	for i, a := range y.Args {
		args[i] = ev.compile(a, sc)
		constant = constant && args[i].IsLit()
	}
	switch {
	case name == "error" && len(args) == 1:
		if s, ok := args[0].Lit.(string); ok {
			return expr.Fail(s, y.Pos())
		}
		ev.want(args[0], y.Args[0], expr.String)
		return expr.Call("fail", expr.TAny, args[0])
	case constant:
		return ev.constantCall(y, name, args)
	}
	return ev.runtimeCall(y, name, args)
}

func (ev *Evaluator) constantCall(y *ast.CallExpr, name string, args []*expr.X) *expr.X {
	spelled := make([]string, len(args))
	for i, a := range args {
		spelled[i] = expr.CUE(a.Lit)
	}
	v, ok := ev.static(shortName(name)+"("+strings.Join(spelled, ", ")+")", y)
	if !ok {
		ev.fail(y, "cannot compute %s", abbreviate(ev.format(y)))
	}
	return expr.Lit(v)
}

func (ev *Evaluator) runtimeCall(y *ast.CallExpr, name string, args []*expr.X) *expr.X {
	switch name {
	case "div", "mod", "quo", "rem":
		if len(args) != 2 {
			ev.fail(y, "%s needs two arguments", name)
		}
		ev.want(args[0], y.Args[0], expr.Int)
		ev.want(args[1], y.Args[1], expr.Int)
		return expr.Division(name, args[0], args[1])
	case "len":
		if len(args) != 1 {
			ev.fail(y, "len needs one argument")
		}
		ev.want(args[0], y.Args[0], expr.String, expr.Bytes, expr.List, expr.Map, expr.Struct)
		return expr.Call("len", expr.TInt, args[0])
	case "and", "or", "matchN", "matchIf", "close":
		ev.refuse(y, "", "%s cannot be applied to values that depend on inputs", name)
	}
	f := ev.runtimeFunction(name, y)
	if len(args) != len(f.Args) {
		ev.fail(y, "%s needs %d arguments", shortName(name), len(f.Args))
	}
	for i, k := range f.Args {
		ev.wantArgument(args[i], y.Args[i], k)
	}
	switch name {
	case "strconv.FormatInt", "strconv.ParseInt", "strconv.ParseUint":
		if b, ok := args[1].Int(); !ok || b != 0 && b < 2 || b > 36 || b == 0 && name == "strconv.FormatInt" {
			ev.fail(y.Args[1], "the base must be a constant between 2 and 36")
		}
	}
	if f.IntElems && (args[0].Type.Elem == nil || args[0].Type.Elem.Kind != expr.Int) {
		ev.notInteger(y)
	}
	return f.Apply(args)
}

// wantArgument is want for an argument of a function: a number may be an integer, and bytes may be a string.
func (ev *Evaluator) wantArgument(x *expr.X, node ast.Node, k expr.Kind) {
	switch k {
	case expr.Num:
		ev.want(x, node, expr.Int, expr.Num)
	case expr.Bytes:
		ev.want(x, node, expr.String, expr.Bytes)
	default:
		ev.want(x, node, k)
	}
}

// slice is x[from:to].
func (ev *Evaluator) slice(y *ast.SliceExpr, sc *Scope) *expr.X {
	if src, ok := ev.source(y, sc); ok {
		if v, ok := ev.static(src, y); ok {
			return expr.Lit(v)
		}
	}
	x := ev.compile(y.X, sc)
	ev.want(x, y.X, expr.List)
	from, to := expr.LitInt(0), expr.Call("len", expr.TInt, x)
	if y.Low != nil {
		from = ev.compile(y.Low, sc)
		ev.want(from, y.Low, expr.Int)
	}
	if y.High != nil {
		to = ev.compile(y.High, sc)
		ev.want(to, y.High, expr.Int)
	}
	return expr.Lookup("list.Slice").Apply([]*expr.X{x, from, to})
}
