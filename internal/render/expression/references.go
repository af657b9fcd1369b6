package expression

import (
	"slices"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
)

// references lists the paths that an expression reads, such as params.tls.port: what a computed default must wait for.
func references(a *cel.Ast) [][]string {
	var out [][]string
	var visit func(e ast.Expr)
	visit = func(e ast.Expr) {
		if path := selection(e); path != nil {
			out = append(out, path)
			return
		}
		switch e.Kind() {
		case ast.SelectKind:
			visit(e.AsSelect().Operand())
		case ast.CallKind:
			if e.AsCall().IsMemberFunction() {
				visit(e.AsCall().Target())
			}
			for _, x := range e.AsCall().Args() {
				visit(x)
			}
		case ast.ListKind:
			for _, x := range e.AsList().Elements() {
				visit(x)
			}
		case ast.MapKind:
			for _, x := range e.AsMap().Entries() {
				visit(x.AsMapEntry().Key())
				visit(x.AsMapEntry().Value())
			}
		case ast.ComprehensionKind:
			c := e.AsComprehension()
			for _, x := range []ast.Expr{c.IterRange(), c.AccuInit(), c.LoopCondition(), c.LoopStep(), c.Result()} {
				visit(x)
			}
		default: // literals
		}
	}
	visit(a.NativeRep().Expr())
	return out
}

// selection is the path of an identifier and the fields selected from it, or nil for any other expression.
func selection(e ast.Expr) []string {
	switch e.Kind() {
	case ast.IdentKind:
		return []string{e.AsIdent()}
	case ast.SelectKind:
		if p := selection(e.AsSelect().Operand()); p != nil {
			return append(slices.Clip(p), e.AsSelect().FieldName())
		}
	default:
	}
	return nil
}
