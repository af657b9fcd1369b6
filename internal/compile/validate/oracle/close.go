package oracle

import (
	"maps"
	"slices"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/eval/syntax"
	"github.com/kudoc/kudoc/internal/compile/source"
)

// closedParams is the definition that closes parameters in the oracle. kudoc closes params: an Instance that sets a parameter
// that does not exist is wrong. CUE closes definitions.
const closedParams = "#kudocParams"

// closed rewrites the files of a framework so that CUE rejects unknown parameters, of the framework and of its plans. It is
// given the files of all packages of the framework, as they are, and whether one of them extends the others.
//
// The declaration of the parameters becomes the definition, but for two cases: CUE opens what is embedded, as a framework that
// is extended is; and it cannot compute a default that calls a function of params.NAME through a definition. Then parameters
// are unified with a definition that has all their names and no types.
func closed(files []*ast.File, extension bool) source.Change {
	all, plans := params(files)
	if _, plain := names(all); !extension && (!plain || !slices.ContainsFunc(all, callsWithParams)) {
		return func(f *ast.File, _ bool) {
			f.Decls = closeIn(f.Decls, true)
			eachPlan(f, func(_ string, p *ast.StructLit) { p.Elts = closeIn(p.Elts, false) })
		}
	}
	closing := func(structs []ast.Expr) []ast.Decl {
		def, _ := names(structs)
		return []ast.Decl{declare(closedParams, def), declare("params", ast.NewIdent(closedParams))}
	}
	return func(f *ast.File, base bool) {
		if base || !slices.ContainsFunc(f.Decls, isEmbedding) {
			return
		}
		f.Decls = append(f.Decls, closing(all)...)
		for _, name := range slices.Sorted(maps.Keys(plans)) {
			plan := &ast.Field{Label: ast.NewString(name), Value: &ast.StructLit{Elts: closing(plans[name])}}
			f.Decls = append(f.Decls, declare("plans", &ast.StructLit{Elts: []ast.Decl{plan}}))
		}
	}
}

// callsWithParams says whether an expression calls a function of something in params.
func callsWithParams(x ast.Expr) bool {
	found, depth := false, 0
	ast.Walk(x, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			depth++
		case *ast.Ident:
			found = found || depth > 0 && n.Name == "params"
		}
		return !found
	}, func(n ast.Node) {
		if _, ok := n.(*ast.CallExpr); ok {
			depth--
		}
	})
	return found
}

// params are the declarations of the parameters of a framework, and of those of its plans that have any.
func params(files []*ast.File) (all []ast.Expr, plans map[string][]ast.Expr) {
	plans = map[string][]ast.Expr{}
	for _, f := range files {
		eachParams(f.Decls, func(x ast.Expr) { all = append(all, x) })
		eachPlan(f, func(name string, p *ast.StructLit) {
			eachParams(p.Elts, func(x ast.Expr) { plans[name] = append(plans[name], x) })
		})
	}
	return all, plans
}

// closeIn turns `params: X` among declarations into `#kudocParams: X, params: #kudocParams`. With always, it closes
// parameters that are not declared at all, too.
func closeIn(decls []ast.Decl, always bool) []ast.Decl {
	found := false
	for _, d := range decls {
		if f, ok := d.(*ast.Field); ok && isNamed(f, "params") {
			f.Label, found = ast.NewIdent(closedParams), true
		}
	}
	switch {
	case !found && !always:
		return decls
	case !found && len(decls) > 0 && slices.ContainsFunc(decls, isEmbedding):
		decls = append(decls, declare(closedParams, ast.NewStruct()))
	case !found:
		return decls
	}
	return append(decls, declare("params", ast.NewIdent(closedParams)))
}

func declare(name string, value ast.Expr) *ast.Field {
	return &ast.Field{Label: ast.NewIdent(name), Value: value}
}

func isNamed(f *ast.Field, name string) bool {
	n, _, err := ast.LabelName(f.Label)
	return err == nil && n == name
}

func isEmbedding(d ast.Decl) bool { _, ok := d.(*ast.EmbedDecl); return ok }

// eachParams calls do for every declaration of parameters.
func eachParams(decls []ast.Decl, do func(ast.Expr)) {
	for _, d := range decls {
		if p, ok := d.(*ast.Field); ok && isNamed(p, "params") {
			do(p.Value)
		}
	}
}

// eachPlan calls do for every plan in a file.
func eachPlan(f *ast.File, do func(name string, plan *ast.StructLit)) {
	for _, d := range f.Decls {
		plans, ok := d.(*ast.Field)
		if !ok || !isNamed(plans, "plans") {
			continue
		}
		s, ok := plans.Value.(*ast.StructLit)
		if !ok {
			continue
		}
		for _, d := range s.Elts {
			p, ok := d.(*ast.Field)
			if !ok {
				continue
			}
			name, _, err := ast.LabelName(p.Label)
			if plan, ok := p.Value.(*ast.StructLit); ok && err == nil {
				do(name, plan)
			}
		}
	}
}

// names is what all those types have in common with their names: fields are optional, and what is neither struct nor list is
// of any type. It is not plain if a struct has fields that only an evaluation would tell.
func names(types []ast.Expr) (x ast.Expr, plain bool) {
	fields, order, elements := map[string][]ast.Expr{}, []string{}, []ast.Expr{}
	out := &ast.StructLit{}
	for _, t := range conjuncts(types) {
		switch t := t.(type) {
		case *ast.StructLit:
			for _, d := range t.Elts {
				f, isField := d.(*ast.Field)
				if _, isAttribute := d.(*ast.Attribute); isAttribute {
					continue
				} else if !isField {
					return ast.NewIdent("_"), false
				}
				name, _, err := ast.LabelName(f.Label)
				switch {
				case err != nil && refers(f.Label):
					return ast.NewIdent("_"), true
				case err != nil:
					out.Elts = append(out.Elts, &ast.Field{Label: f.Label, Value: ast.NewIdent("_")})
					continue
				case fields[name] == nil:
					order = append(order, name)
				}
				fields[name] = append(fields[name], f.Value)
			}
		case *ast.ListLit:
			if len(t.Elts) == 1 {
				if e, ok := t.Elts[0].(*ast.Ellipsis); ok && e.Type != nil {
					elements = append(elements, e.Type)
					continue
				}
			}
			return ast.NewIdent("_"), true
		default:
			if !syntax.IsTop(t) { // it closes itself, or need not be closed
				return ast.NewIdent("_"), true
			}
		}
	}
	if len(elements) > 0 {
		e, plain := names(elements)
		return &ast.ListLit{Elts: []ast.Expr{&ast.Ellipsis{Type: e}}}, plain
	}
	plain = true
	for _, name := range order {
		value, ok := names(fields[name])
		plain = plain && ok
		out.Elts = append(out.Elts, &ast.Field{Label: ast.NewString(name), Constraint: token.OPTION, Value: value})
	}
	return out, plain
}

// refers says whether a pattern depends on the file in which it stands.
func refers(pattern ast.Node) bool {
	found := false
	ast.Walk(pattern, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		found = found || ok && id.Name != "string"
		return !found
	}, nil)
	return found
}

// conjuncts are the operands of unifications, without defaults.
func conjuncts(xs []ast.Expr) []ast.Expr {
	var out []ast.Expr
	for _, x := range xs {
		switch y := x.(type) {
		case *ast.ParenExpr:
			out = append(out, conjuncts([]ast.Expr{y.X})...)
			continue
		case *ast.BinaryExpr:
			if y.Op == token.AND {
				out = append(out, conjuncts([]ast.Expr{y.X, y.Y})...)
				continue
			}
			if main := withoutDefault(y); main != nil {
				out = append(out, conjuncts([]ast.Expr{main})...)
				continue
			}
		}
		out = append(out, x)
	}
	return out
}

// withoutDefault is T of `T | *default`, or nil.
func withoutDefault(x *ast.BinaryExpr) ast.Expr {
	options := slices.DeleteFunc(syntax.Disjuncts(x), func(o ast.Expr) bool {
		u, ok := o.(*ast.UnaryExpr)
		return ok && u.Op == token.MUL
	})
	if x.Op != token.OR || len(options) != 1 {
		return nil
	}
	return options[0]
}
