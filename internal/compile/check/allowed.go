package check

import (
	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/diag"
	"github.com/kudoc/kudoc/internal/compile/eval/syntax"
	"github.com/kudoc/kudoc/internal/compile/source"
	"github.com/kudoc/kudoc/internal/render/spell"
)

// checkObjects finds the fields that the types of objects do not know where CUE has found other mistakes: a struct with a
// wrong value keeps CUE from saying so of the fields beside it.
func (k *checker) checkObjects() {
	if !k.Found.HasErrors() {
		return
	}
	for _, p := range source.Frameworks(k.Instance) {
		for _, file := range p.Files {
			ast.Walk(file, func(n ast.Node) bool {
				if b, ok := n.(*ast.BinaryExpr); ok && b.Op == token.AND {
					k.checkObject(&located{k, p.LookupImport, file}, b)
				}
				return true
			}, nil)
		}
	}
}

// checkObject checks an expression such as core.#Service & {...}.
func (k *checker) checkObject(at *located, x ast.Expr) {
	var types []cue.Value
	var literals []ast.Expr
	for _, c := range syntax.Conjuncts(x) {
		switch c := c.(type) {
		case *ast.SelectorExpr:
			if t, ok := at.definition(c); ok {
				types = append(types, t)
			}
		case *ast.StructLit:
			literals = append(literals, c)
		}
	}
	for _, t := range types {
		for _, l := range literals {
			k.allowed(t, l)
		}
	}
}

// allowed reports the fields of a literal that a type does not have.
func (k *checker) allowed(t cue.Value, x ast.Expr) {
	switch t.IncompleteKind() {
	case cue.StructKind:
		fieldsIn(x, func(name string, f *ast.Field) {
			if !t.Allows(cue.Str(name)) {
				k.report(diag.UnknownField, f.Pos(), "unknown field %s", name).Meant(spell.Nearest(name, fieldsOf(t)))
				return
			}
			if inner := t.LookupPath(cue.MakePath(cue.Str(name).Optional())); inner.Exists() {
				k.allowed(inner, f.Value)
			}
		})
	case cue.ListKind:
		elementsIn(x, func(el ast.Expr) {
			if inner := t.LookupPath(cue.MakePath(cue.AnyIndex)); inner.Exists() {
				k.allowed(inner, el)
			}
		})
	default: // fields of other types are wrong in other ways
	}
}

// located is a file, with what it imports.
type located struct {
	*checker
	lookup func(path string) *build.Instance
	file   *ast.File
}

// definition is the type to which pkg.#Type refers, if that is one of a package that is imported.
func (at *located) definition(s *ast.SelectorExpr) (cue.Value, bool) {
	id, ok := s.X.(*ast.Ident)
	if !ok {
		return cue.Value{}, false
	}
	imp := at.lookup(source.ImportPath(at.file, id.Name))
	if imp == nil {
		return cue.Value{}, false
	}
	t := cuecontext.New().BuildInstance(imp).LookupPath(cue.MakePath(cue.Def(labelName(s.Sel))))
	return t, t.Exists() && t.Err() == nil
}
