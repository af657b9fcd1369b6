package compile

import (
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/diag"
	"github.com/kudoc/kudoc/internal/compile/expr"
	"github.com/kudoc/kudoc/internal/compile/source"
)

// link finds the types of the outputs of required frameworks whose packages the author names.
func (c *compilation) link() {
	c.providers = map[string]*compilation{}
	types, seen := map[string]func() ast.Expr{}, map[string]*compilation{}
	for _, r := range source.Requirements(source.Frameworks(c.inst)) {
		p := seen[r.Package.ImportPath]
		if p == nil {
			p = &compilation{opts: Options{Dir: r.Package.Dir, KudocVersion: c.opts.KudocVersion}}
			p.run([]pass{{p.load}, {p.link}, {p.unify, p.check}, {p.evaluate}})
			seen[r.Package.ImportPath] = p
		}
		if first := p.diags.FirstError(); first != nil {
			d := c.report(diag.WrongRequirement, r.Pos, "requirement %q: the required framework has errors", r.Name)
			d.Hint = "kudoc vet " + r.Package.Dir
			d.Related = append(d.Related, diag.Related{File: first.File, Line: first.Line, Column: first.Column, Message: first.String()})
			continue
		}
		c.providers[r.Name] = p
		types[r.Package.ImportPath] = func() ast.Expr { return typeOfOutputs(p.outputs) }
	}
	if len(types) > 0 {
		c.source.Link(types)
		c.inst = c.source.Rewritten(c.inst, func(*ast.File, bool) {})
	}
}

// typeOfOutputs is the type of the outputs of a framework, which may have none.
func typeOfOutputs(outputs *expr.X) ast.Expr {
	if outputs == nil {
		return ast.NewStruct()
	}
	return typeInCUE(outputs.Type)
}

// typeInCUE is a type as an author would write it.
func typeInCUE(t *expr.Type) ast.Expr {
	switch t.Kind {
	case expr.Int, expr.String, expr.Bool, expr.Bytes, expr.Null:
		return ast.NewIdent(t.Kind.String())
	case expr.Num:
		return ast.NewIdent("number")
	case expr.List:
		return ast.NewList(&ast.Ellipsis{Type: typeInCUE(t.Elem)})
	case expr.Map:
		pattern := ast.NewList(ast.NewIdent("string"))
		return &ast.StructLit{Elts: []ast.Decl{&ast.Field{Label: pattern, Value: typeInCUE(t.Elem)}}}
	case expr.Struct:
		out := &ast.StructLit{}
		for _, f := range t.Fields {
			field := &ast.Field{Label: ast.NewString(f.Name), Value: typeInCUE(f.Type)}
			if f.Optional {
				field.Constraint = token.OPTION
			}
			out.Elts = append(out.Elts, field)
		}
		return out
	default:
		return ast.NewIdent("_")
	}
}
