package operation

import (
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/eval/syntax"
	"github.com/kudoc/kudoc/internal/compile/eval/vertex"
	"github.com/kudoc/kudoc/internal/compile/expr"
)

// builtinFunctions are the functions of CUE that need no import.
var builtinFunctions = map[string]bool{
	"error": true, "len": true, "div": true, "mod": true, "quo": true, "rem": true, "and": true, "or": true, "close": true,
	"matchN": true, "matchIf": true,
}

// Function is the function that is called, if it is one of a package that is imported.
func (c *Compiler) Function(y *ast.CallExpr, sc *vertex.Scope) (vertex.BuiltinFunction, bool) {
	if id, ok := y.Fun.(*ast.Ident); ok && builtinFunctions[id.Name] {
		return vertex.BuiltinFunction{}, false
	}
	f, ok := c.vertices.Resolve(y.Fun, sc).(vertex.BuiltinFunction)
	return f, ok
}

// FunctionName is the name of the function that is called, with the path of its package: encoding/json.Marshal, len.
func (c *Compiler) FunctionName(y *ast.CallExpr, sc *vertex.Scope) string {
	if id, ok := y.Fun.(*ast.Ident); ok && builtinFunctions[id.Name] {
		return id.Name
	}
	f, ok := c.Function(y, sc)
	if !ok {
		c.Fail(y.Fun, "%s is not a function", syntax.Format(y.Fun))
	}
	return f.String()
}

// RuntimeFunction is a function that exists when templates are rendered.
func (c *Compiler) RuntimeFunction(name string, node ast.Node) *expr.Function {
	f := expr.Lookup(name)
	if f == nil {
		c.Refuse(node, alternative(name), "%s cannot be applied to values that depend on inputs", ShortName(name))
	}
	return f
}

// ShortName is the name of a function as an author writes it: json.Marshal.
func ShortName(name string) string { return name[strings.LastIndex(name, "/")+1:] }

func (c *Compiler) call(y *ast.CallExpr, sc *vertex.Scope) *expr.X {
	name := c.FunctionName(y, sc)
	if name == "list.Sort" || name == "list.SortStable" {
		return c.sort(y, sc)
	}
	if x := c.roundedQuotient(name, y, sc); x != nil {
		return x
	}
	args := make([]*expr.X, len(y.Args))
	constant := true
	for i, a := range y.Args {
		args[i] = c.Compile(a, sc)
		constant = constant && args[i].IsLit()
	}
	switch {
	case name == "error" && len(args) == 1:
		if s, ok := args[0].Lit.(string); ok {
			return expr.Fail(s, y.Pos())
		}
		c.Want(args[0], y.Args[0], expr.String)
		return expr.Call("fail", expr.TAny, args[0])
	case constant:
		return c.constantCall(y, name, args)
	}
	return c.runtimeCall(y, name, args)
}

// roundedQuotient is math.Floor(a / b) and the like for integers, nil for anything else. The quotient alone would be a decimal.
func (c *Compiler) roundedQuotient(name string, y *ast.CallExpr, sc *vertex.Scope) *expr.X {
	switch name {
	case "math.Floor", "math.Ceil", "math.Trunc", "math.Round", "math.RoundToEven":
	default:
		return nil
	}
	if len(y.Args) != 1 {
		return nil
	}
	q, ok := withoutParens(y.Args[0]).(*ast.BinaryExpr)
	if !ok || q.Op != token.QUO {
		return nil
	}
	a, b := c.Compile(q.X, sc), c.Compile(q.Y, sc)
	if a.IsLit() && b.IsLit() || a.Type.Kind != expr.Int || b.Type.Kind != expr.Int {
		return nil
	}
	return expr.Call("quotient."+strings.TrimPrefix(name, "math."), expr.TInt, a, b)
}

func (c *Compiler) constantCall(y *ast.CallExpr, name string, args []*expr.X) *expr.X {
	spelled := make([]string, len(args))
	for i, a := range args {
		spelled[i] = expr.CUE(a.Lit)
	}
	v, ok := c.Fold(ShortName(name)+"("+strings.Join(spelled, ", ")+")", y)
	if !ok {
		c.Fail(y, "cannot compute %s", syntax.Abbreviate(syntax.Format(y)))
	}
	return expr.Lit(v)
}

func (c *Compiler) runtimeCall(y *ast.CallExpr, name string, args []*expr.X) *expr.X {
	switch name {
	case "div", "mod", "quo", "rem":
		if len(args) != 2 {
			c.Fail(y, "%s needs two arguments", name)
		}
		c.Want(args[0], y.Args[0], expr.Int)
		c.Want(args[1], y.Args[1], expr.Int)
		return expr.Division(name, args[0], args[1])
	case "len":
		if len(args) != 1 {
			c.Fail(y, "len needs one argument")
		}
		c.Want(args[0], y.Args[0], expr.String, expr.Bytes, expr.List, expr.Map, expr.Struct)
		return expr.Call("len", expr.TInt, args[0])
	case "and", "or", "matchN", "matchIf", "close":
		c.Refuse(y, alternative(name), "%s cannot be applied to values that depend on inputs", name)
	}
	f := c.RuntimeFunction(name, y)
	if len(args) != len(f.Args) {
		c.Fail(y, "%s needs %d arguments", ShortName(name), len(f.Args))
	}
	if name == "math.Pow" {
		c.wantExactPower(y, args)
	}
	for i, k := range f.Args {
		c.wantArgument(args[i], y.Args[i], k)
	}
	switch name {
	case "strconv.FormatInt", "strconv.ParseInt", "strconv.ParseUint":
		if b, ok := args[1].Int(); !ok || b != 0 && b < 2 || b > 36 || b == 0 && name == "strconv.FormatInt" {
			c.Fail(y.Args[1], "the base must be a constant between 2 and 36")
		}
	}
	if f.IntElems && (args[0].Type.Elem == nil || args[0].Type.Elem.Kind != expr.Int) {
		c.notInteger(y)
	}
	return f.Apply(args)
}

// wantExactPower refuses powers that CUE computes as decimals, and 0 to the power of 0, which is an error there.
func (c *Compiler) wantExactPower(y *ast.CallExpr, args []*expr.X) {
	x, n := args[0].Type, args[1].Type
	if x.Kind != expr.Int || n.Kind != expr.Int || n.Lo == nil || *n.Lo < 0 {
		c.Refuse(y, "constrain the exponent, as in int & >=0", "math.Pow is supported for integers with an exponent that is never negative")
	}
}

// wantArgument is Want for an argument of a function: a number may be an integer, and bytes may be a string.
func (c *Compiler) wantArgument(x *expr.X, node ast.Node, k expr.Kind) {
	switch k {
	case expr.Num:
		c.Want(x, node, expr.Int, expr.Num)
	case expr.Bytes:
		c.Want(x, node, expr.String, expr.Bytes)
	default:
		c.Want(x, node, k)
	}
}

// slice is x[from:to].
func (c *Compiler) slice(y *ast.SliceExpr, sc *vertex.Scope) *expr.X {
	if src, ok := c.vertices.Source(y, sc); ok {
		if v, ok := c.Fold(src, y); ok {
			return expr.Lit(v)
		}
	}
	x := c.Compile(y.X, sc)
	c.Want(x, y.X, expr.List)
	from, to := expr.LitInt(0), expr.Call("len", expr.TInt, x)
	if y.Low != nil {
		from = c.Compile(y.Low, sc)
		c.Want(from, y.Low, expr.Int)
	}
	if y.High != nil {
		to = c.Compile(y.High, sc)
		c.Want(to, y.High, expr.Int)
	}
	return expr.Lookup("list.Slice").Apply([]*expr.X{x, from, to})
}
