package check

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"cuelang.org/go/cue/ast"

	"github.com/kudoc/kudoc/internal/compile/diag"
	"github.com/kudoc/kudoc/internal/compile/params"
	"github.com/kudoc/kudoc/internal/render/spell"
)

// attributeKeys are the arguments of @param, and whether they have a value.
var attributeKeys = map[string]bool{
	"trigger": true, "immutable": false, "unit": true, "group": true, "display": true, "advanced": false, "secret": false, "generate": true,
}

// How long a generated secret may be.
const minGenerated, maxGenerated = 8, 256

func isLength(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n >= minGenerated && n <= maxGenerated
}

// checkParams checks what @param says about parameters.
func (k *checker) checkParams() {
	for _, file := range k.files {
		fields(file.Decls, func(name string, f *ast.Field) {
			if name != "params" {
				return
			}
			fieldsIn(f.Value, func(param string, g *ast.Field) {
				k.checkAttributes(param, g)
				fieldsIn(g.Value, k.noAttributes)
				k.checkText(param, g)
			})
		})
	}
}

func (k *checker) checkAttributes(param string, f *ast.Field) {
	p := params.Param{Decls: []*ast.Field{f}}
	for _, a := range p.Attributes() {
		needsValue, ok := attributeKeys[a.Key]
		switch {
		case !ok:
			k.report(diag.WrongAttribute, a.At, "parameter %q: @param has no argument %q", param, a.Key).
				Meant(spell.Nearest(a.Key, slices.Collect(maps.Keys(attributeKeys))))
		case needsValue && a.Value == "":
			k.report(diag.WrongAttribute, a.At, "parameter %q: @param(%s=...) needs a value", param, a.Key)
		case !needsValue && a.HasValue:
			k.report(diag.WrongAttribute, a.At, "parameter %q: @param(%s) takes no value", param, a.Key)
		case a.Key == "generate" && !isLength(a.Value):
			k.report(diag.WrongAttribute, a.At, "parameter %q: generate=%s is not a number of characters from %d to %d", param, a.Value, minGenerated, maxGenerated)
		case a.Key == "generate" && !slices.ContainsFunc(p.Attributes(), func(b params.Attribute) bool { return b.Key == "secret" }):
			k.report(diag.WrongAttribute, a.At, "parameter %q: only a secret is generated", param).Hint = "write @param(secret, generate=" + a.Value + ")"
		case a.Key == "trigger" && k.Plans[a.Value] == nil:
			k.report(diag.NoPlan, a.At, "parameter %q triggers plan %q: no such plan", param, a.Value).
				Meant(spell.Nearest(a.Value, slices.Collect(maps.Keys(k.Plans))))
		}
	}
}

// noAttributes reports @param on the fields of a parameter, where nothing reads it.
func (k *checker) noAttributes(name string, f *ast.Field) {
	for _, a := range f.Attrs {
		if key, _ := a.Split(); key == "param" {
			k.report(diag.WrongAttribute, a.Pos(), "@param belongs to a parameter, not to its field %q", name)
		}
	}
	fieldsIn(f.Value, k.noAttributes)
}

// checkReferences finds references to parameters that do not exist: params.storag.
func (k *checker) checkReferences() {
	for _, file := range k.files {
		ast.Walk(file, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if !k.selectsParams(s.X) {
				return true
			}
			if name := labelName(s.Sel); name != "" && !slices.Contains(k.params, name) && !strings.HasPrefix(name, "_") && !strings.HasPrefix(name, "#") {
				k.report(diag.NoParam, s.Sel.Pos(), "no parameter %q", name).Meant(spell.Nearest(name, k.params))
			}
			return true
		}, nil)
	}
}

// selectsParams says whether an expression means the parameters of the framework: params, or previous.params.
func (k *checker) selectsParams(x ast.Expr) bool {
	if s, ok := x.(*ast.SelectorExpr); ok && labelName(s.Sel) == "params" {
		id, ok := s.X.(*ast.Ident)
		return ok && id.Name == "previous" && isTop(id.Node)
	}
	id, ok := x.(*ast.Ident)
	return ok && id.Name == "params" && !k.shadowed(id)
}

// isTop says whether a reference was resolved to a declaration such as previous: _.
func isTop(n ast.Node) bool {
	id, ok := n.(*ast.Ident)
	return ok && id.Name == "_"
}

// shadowed says whether params at this place is something else: the parameters of a plan, or a field of that name.
func (k *checker) shadowed(id *ast.Ident) bool {
	f, ok := id.Node.(*ast.Field)
	if !ok || f == nil {
		return id.Node != nil && !isStruct(id.Node)
	}
	for _, file := range k.files {
		if slices.Contains(file.Decls, ast.Decl(f)) {
			return false
		}
	}
	return true
}

func isStruct(n ast.Node) bool {
	_, ok := n.(*ast.StructLit)
	return ok
}
