package params

import (
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/eval"
	"github.com/kudoc/kudoc/internal/compile/eval/descent"
	"github.com/kudoc/kudoc/internal/compile/eval/syntax"
	"github.com/kudoc/kudoc/internal/compile/eval/vertex"
	"github.com/kudoc/kudoc/internal/compile/expr"
	"github.com/kudoc/kudoc/internal/render/parameter"
)

// Param is the declaration of a parameter, or of a field or element of one.
type Param struct {
	Name        string
	Optional    bool
	Description string
	Decls       []*ast.Field
	Schema      *parameter.Schema
	Type        *expr.Type

	vertex      *vertex.Vertex
	fields      []*Param
	elem        *Param
	keys        *vertex.Conjunct  // of a map: the constraint on its keys
	constraints []vertex.Conjunct // what the value must satisfy beyond its type
	dflt        *vertex.Conjunct

	computed, check, keyCheck *expr.X // what Finish made of them
}

// Pos is where the author declares the parameter.
func (p *Param) Pos() token.Pos {
	for _, d := range p.Decls {
		if syntax.IsAuthors(d.Pos()) {
			return d.Pos()
		}
	}
	return p.vertex.Pos()
}

// Fields are the parameters of a struct.
func (p *Param) Fields() []*Param { return p.fields }

// Elem declares the elements of a list or a map, or is nil.
func (p *Param) Elem() *Param { return p.elem }

// Computed is the default that depends on other parameters, or nil. Print must have been called, here and below.
func (p *Param) Computed() *expr.X { return p.computed }

// Check is the condition on the value, self, or nil.
func (p *Param) Check() *expr.X { return p.check }

// KeyCheck is the condition on every key of a map, self, or nil.
func (p *Param) KeyCheck() *expr.X { return p.keyCheck }

// HasDefault says whether there is a default, of whatever sort.
func (p *Param) HasDefault() bool { return p.Schema.Default != nil || p.computed != nil }

// declarer declares parameters.
type declarer struct{ *eval.Evaluator }

// Declare derives types and structure from a struct of declarations.
func Declare(ev *eval.Evaluator, v *vertex.Vertex) (p *Param, err *descent.Error) {
	err = ev.Try(func() {
		d := declarer{ev}
		if p = d.declare(v); p.Schema.Type != "struct" {
			ev.Fail(v, "params must be a struct of parameters")
		}
	})
	return p, err
}

func (d declarer) declare(v *vertex.Vertex) (p *Param) {
	d.Locate(v, func() {
		p = &Param{Schema: &parameter.Schema{}, vertex: v}
		switch {
		case v.DependsOnInputs():
			d.Fail(v, "%s: the type of a parameter cannot depend on an input", v.Path())
		case v.IsStruct():
			d.structParam(p, v)
		case len(v.Lists()) > 0:
			d.listParam(p, v)
		default:
			p = d.scalarParam(p, v)
		}
	})
	return p
}

func (d declarer) structParam(p *Param, v *vertex.Vertex) {
	if len(v.Scalars())+len(v.Lists()) > 0 {
		d.refuseStructs(v, v)
	}
	fields, patterns := v.Fields(), v.Patterns()
	if len(patterns) > 0 {
		d.mapParam(p, v, fields, patterns)
		return
	}
	p.Schema.Type, p.Type = "struct", &expr.Type{Kind: expr.Struct}
	d.declareFields(p, fields)
}

func (d declarer) declareFields(p *Param, fields []*vertex.Arc) {
	for _, a := range fields {
		f := d.declare(a.Vertex)
		f.Name, f.Optional, f.Decls = a.Label.Name, a.Optional && !a.Required.IsValid(), a.Decls
		f.Description = description(f.Decls)
		p.fields = append(p.fields, f)
	}
}

func (d declarer) mapParam(p *Param, v *vertex.Vertex, fields []*vertex.Arc, patterns [][2]vertex.Conjunct) {
	if len(patterns) > 1 {
		d.Refuse(v, "use two parameters", "%s: more than one pattern in a parameter", v.Path())
	}
	key := patterns[0][0]
	if id, ok := key.Expr.(*ast.Ident); !ok || id.Name != "string" {
		p.keys = &key
	}
	p.elem = d.declare(d.Anonymous(patterns[0][1].Expr, patterns[0][1].Scope))
	p.Schema.Type, p.Schema.Elem, p.Type = "map", p.elem.Schema, expr.MapOf(p.elem.Type)
	d.declareFields(p, fields)
}

func (d declarer) listParam(p *Param, v *vertex.Vertex) {
	p.constraints = v.Scalars()
	l := v.Lists()[0]
	elts := l.Expr.(*ast.ListLit).Elts
	var tail *ast.Ellipsis
	if len(elts) == 1 {
		tail, _ = elts[0].(*ast.Ellipsis)
	}
	if tail == nil || tail.Type == nil || len(v.Lists()) > 1 {
		d.Refuse(l, "declare it as [...type]", "%s: a list parameter has elements of one type", v.Path())
	}
	p.elem = d.declare(d.Anonymous(tail.Type, l.Scope))
	p.Schema.Type, p.Schema.Elem, p.Type = "list", p.elem.Schema, expr.ListOf(p.elem.Type)
}

// scalarParam declares a scalar, or anything with a default.
func (d declarer) scalarParam(p *Param, v *vertex.Vertex) *Param {
	var disjunction *vertex.Conjunct
	for _, c := range v.Scalars() {
		if b, ok := c.Expr.(*ast.BinaryExpr); ok && b.Op == token.OR {
			if disjunction != nil {
				d.Refuse(c, "write one of them", "%s: more than one disjunction", v.Path())
			}
			disjunction = &c
			continue
		}
		p.constraints = append(p.constraints, c)
		if disjunction == nil && p.dflt == nil && d.isValue(c) {
			p.dflt = &c // what has one value only has it whether or not it is set
		}
	}
	if disjunction == nil {
		p.Type = d.typeOfAll(p.constraints)
	} else if p = d.disjunction(p, disjunction); p.Type.Kind >= expr.List {
		return p
	}
	if p.Type.Kind == expr.Bytes {
		d.Refuse(v, "use a string", "%s: bytes are not supported as a parameter", v.Path())
	}
	p.Schema.Type = p.Type.Kind.String()
	return p
}

// isValue says whether a declaration is a value, computed or not, and no type or constraint.
func (d declarer) isValue(c vertex.Conjunct) bool {
	switch y := c.Expr.(type) {
	case *ast.ParenExpr:
		return d.isValue(vertex.Conjunct{Expr: y.X, Scope: c.Scope})
	case *ast.BasicLit:
		return y.Kind != token.NULL
	case *ast.Interpolation:
		return true
	case *ast.BinaryExpr:
		return y.Op != token.AND && y.Op != token.OR
	case *ast.UnaryExpr:
		return (y.Op == token.SUB || y.Op == token.NOT) && d.isValue(vertex.Conjunct{Expr: y.X, Scope: c.Scope})
	case *ast.CallExpr:
		return d.IsValue(y, c.Scope)
	}
	return false
}

// disjunction declares `T | *default`, or an enumeration.
func (d declarer) disjunction(p *Param, c *vertex.Conjunct) *Param {
	var rest []ast.Expr
	for _, x := range syntax.Disjuncts(c.Expr) {
		u, ok := x.(*ast.UnaryExpr)
		if !ok || u.Op != token.MUL {
			rest = append(rest, x)
			continue
		}
		if p.dflt != nil {
			d.Fail(x, "more than one default")
		}
		p.dflt = &vertex.Conjunct{Expr: u.X, Scope: c.Scope}
		if _, isLit := u.X.(*ast.BasicLit); isLit {
			rest = append(rest, u.X)
		}
	}
	for _, x := range rest {
		if d.isNull(x) {
			d.Refuse(x, "make the parameter optional: name?: type", "null is not a value of a parameter: Kubernetes drops it")
		}
	}
	if main := d.mainDisjunct(rest, p.dflt); main != nil {
		sub := d.declare(d.Anonymous(main, c.Scope))
		if sub.dflt != nil {
			d.Refuse(main, "write one of them", "a default within a default")
		}
		sub.dflt, sub.vertex = p.dflt, p.vertex
		sub.constraints = append(sub.constraints, p.constraints...)
		return sub
	}
	var union ast.Expr
	for _, x := range rest {
		if d.isStruct(vertex.Conjunct{Expr: x, Scope: c.Scope}) {
			d.refuseStructs(x, p.vertex)
		}
		t := d.typeOf(vertex.Conjunct{Expr: x, Scope: c.Scope})
		if t == nil { // a bound or a validator, which admits more than one type
			t = expr.TAny
		}
		p.Type = expr.Join(p.Type, t)
		if union != nil {
			x = &ast.BinaryExpr{X: union, Op: token.OR, Y: x}
		}
		union = x
	}
	if p.Type == nil {
		d.Fail(c, "the disjunction has a default only")
	}
	if p.Type.Kind == expr.Int {
		p.Type = expr.TInt // the bounds come from the constraint
	}
	p.constraints = append(p.constraints, vertex.Conjunct{Expr: union, Scope: c.Scope})
	return p
}

func (d declarer) refuseStructs(at descent.Positioned, v *vertex.Vertex) {
	d.Refuse(at, "declare one struct with optional fields, one of which tells the kinds apart", "%s: a disjunction of structs is not supported as a parameter", v.Path())
}

func (d declarer) isStruct(c vertex.Conjunct) bool {
	switch c.Expr.(type) {
	case *ast.StructLit:
		return true
	case *ast.Ident, *ast.SelectorExpr:
		v, ok := d.Resolve(c.Expr, c.Scope).(*vertex.Vertex)
		return ok && v.IsStruct()
	}
	return false
}

// mainDisjunct is T of `T | *default`, or nil for an enumeration.
func (d declarer) mainDisjunct(rest []ast.Expr, dflt *vertex.Conjunct) ast.Expr {
	var main ast.Expr
	switch {
	case len(rest) == 1:
		main = rest[0]
	case len(rest) == 2 && dflt != nil && rest[0] == dflt.Expr:
		main = rest[1]
	case len(rest) == 2 && dflt != nil && rest[1] == dflt.Expr:
		main = rest[0]
	}
	switch main.(type) {
	case *ast.BasicLit, *ast.Interpolation:
		return nil
	}
	return main
}

func (d declarer) isNull(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.BasicLit:
		return x.Kind == token.NULL
	case *ast.Ident:
		return x.Name == "null"
	}
	return false
}

func (d declarer) typeOfAll(cs []vertex.Conjunct) *expr.Type {
	for _, c := range cs {
		if t := d.typeOf(c); t != nil {
			return t
		}
	}
	return expr.TAny
}

// typeOf is the type that a constraint implies, or nil.
func (d declarer) typeOf(c vertex.Conjunct) *expr.Type {
	switch y := c.Expr.(type) {
	case *ast.ParenExpr:
		return d.typeOf(vertex.Conjunct{Expr: y.X, Scope: c.Scope})
	case *ast.BinaryExpr:
		a, b := d.typeOf(vertex.Conjunct{Expr: y.X, Scope: c.Scope}), d.typeOf(vertex.Conjunct{Expr: y.Y, Scope: c.Scope})
		if y.Op == token.OR {
			if a == nil || b == nil {
				return expr.TAny
			}
			return expr.Join(a, b)
		}
		if y.Op == token.AND && a == nil {
			return b
		}
		return a
	case *ast.UnaryExpr:
		switch y.Op {
		case token.MAT, token.NMAT:
			return expr.TString
		case token.MUL, token.SUB:
			return d.typeOf(vertex.Conjunct{Expr: y.X, Scope: c.Scope})
		default: // a bound admits more than one type
		}
	case *ast.BasicLit:
		if t := d.Compile(c.Expr, c.Scope).Type; t.Kind != expr.Int {
			return t
		}
		return expr.TInt
	case *ast.Ident, *ast.SelectorExpr:
		return d.typeOfReference(c)
	case *ast.CallExpr:
		return d.typeOfOptions(d.Options(c.Expr, c.Scope))
	}
	return nil
}

// typeOfOptions is the type that all options of or([...]) have, or nil.
func (d declarer) typeOfOptions(options []*vertex.Vertex) (out *expr.Type) {
	for _, v := range options {
		if v.IsStruct() || len(v.Lists()) > 0 || v.DependsOnInputs() {
			return nil
		}
		out = expr.Join(out, d.typeOfAll(v.Scalars()))
	}
	if out != nil && out.Kind == expr.Int {
		return expr.TInt
	}
	return out
}

var builtinTypes = map[vertex.BuiltinType]*expr.Type{
	"string": expr.TString, "bool": expr.TBool, "true": expr.TBool, "false": expr.TBool, "number": expr.TNum, "float": expr.TNum,
	"null": expr.TNull, "bytes": expr.TBytes,
}

func (d declarer) typeOfReference(c vertex.Conjunct) *expr.Type {
	if id, ok := c.Expr.(*ast.Ident); ok && id.Name == "_" {
		return nil
	}
	switch r := d.Resolve(c.Expr, c.Scope).(type) {
	case *vertex.Vertex:
		if !r.IsStruct() && len(r.Lists()) == 0 {
			return d.typeOfAll(r.Scalars())
		}
	case vertex.BuiltinType:
		if t := builtinTypes[r]; t != nil {
			return t
		}
		return expr.TInt
	}
	return nil
}
