package vertex

import (
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"
)

// Scope is where an expression looks up names: a chain of struct literals, comprehension variables, the file and the
// package.
type Scope struct {
	up    *Scope
	v     *Vertex            // the vertex to which the struct literal contributes
	names *names             // what the struct literal declares
	vars  map[string]*Vertex // variables of a comprehension, or a value alias
	file  *file
}

// names are the names that a struct literal declares.
type names struct {
	fields  map[string]bool
	lets    map[string]*ast.LetClause
	aliases map[string]*ast.Field
}

// file is the imports of a file.
type file struct {
	imports map[string]string // by local name
	inst    *build.Instance
}

// letKey identifies a let clause in one instance of its struct literal.
type letKey struct {
	scope *Scope
	let   *ast.LetClause
}

func declared(decls []ast.Decl) *names {
	out := &names{fields: map[string]bool{}, lets: map[string]*ast.LetClause{}, aliases: map[string]*ast.Field{}}
	for _, d := range decls {
		switch d := d.(type) {
		case *ast.LetClause:
			out.lets[d.Ident.Name] = d
		case *ast.Field:
			declaredField(out, d)
		}
	}
	return out
}

func declaredField(out *names, d *ast.Field) {
	l := d.Label
	if _, pattern := l.(*ast.ListLit); d.Alias != nil && !pattern {
		out.aliases[d.Alias.Field.Name] = d
	}
	if a, ok := l.(*ast.Alias); ok {
		if _, pattern := a.Expr.(*ast.ListLit); !pattern {
			out.aliases[a.Ident.Name] = d
		}
		l, _ = a.Expr.(ast.Label)
	}
	if id, ok := l.(*ast.Ident); ok {
		out.fields[id.Name] = true
	}
}

// With is the scope and one more name.
func (s *Scope) With(name string, v *Vertex) *Scope {
	return &Scope{up: s, vars: map[string]*Vertex{name: v}}
}

// within is the scope with the fields of another vertex instead of those of v.
func (s *Scope) within(v, other *Vertex) *Scope {
	if s == nil {
		return nil
	}
	out := *s
	if out.v == v {
		out.v = other
	}
	out.up = s.up.within(v, other)
	return &out
}
