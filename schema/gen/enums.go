package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/kudoc/kudoc/schema/openapi"
)

// The specification leaves out which strings a field takes, where the Go types have it: a type that is marked +enum has a
// constant for each. Types of which the comment says that more may come are none.
const (
	enumMarker = "+enum"
	openMarker = "can be added in the future"
)

// addEnums writes the values of enumerations into the definitions. dir holds a folder of Go files for each group and
// version.
func addEnums(definitions map[string]*openapi.Schema, dir fs.FS) error {
	packages, err := fs.Glob(dir, "*/*/types.go")
	if err != nil {
		return err
	}
	for _, file := range packages {
		p, err := readPackage(dir, path.Dir(file))
		if err != nil {
			return err
		}
		prefix := origins[0] + strings.ReplaceAll(path.Dir(file), "/", ".") + "."
		for name := range p.structs {
			if d := definitions[prefix+name]; d != nil {
				p.fill(d, name)
			}
		}
	}
	return nil
}

// goPackage is what the Go files of a group and version declare.
type goPackage struct {
	enums   map[string][]any // the values of a type
	structs map[string]*ast.StructType
}

func readPackage(dir fs.FS, name string) (*goPackage, error) {
	p := &goPackage{enums: map[string][]any{}, structs: map[string]*ast.StructType{}}
	files, err := fs.Glob(dir, path.Join(name, "*.go"))
	if err != nil {
		return nil, err
	}
	var consts []*ast.GenDecl
	for _, file := range files {
		source, err := fs.ReadFile(dir, file)
		if err != nil {
			return nil, err
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, source, parser.ParseComments)
		if err != nil {
			return nil, fmt.Errorf("parse %s: %w", file, err)
		}
		for _, d := range f.Decls {
			if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.TYPE {
				p.types(g)
			} else if ok && g.Tok == token.CONST {
				consts = append(consts, g)
			}
		}
	}
	for _, g := range consts {
		p.values(g)
	}
	return p, nil
}

func (p *goPackage) types(g *ast.GenDecl) {
	for _, s := range g.Specs {
		t, ok := s.(*ast.TypeSpec)
		if !ok {
			continue
		}
		if st, ok := t.Type.(*ast.StructType); ok {
			p.structs[t.Name.Name] = st
			continue
		}
		doc := g.Doc.Text() + t.Doc.Text() // which leaves out directives, and +enum is none
		if hasLine(doc, enumMarker) && !strings.Contains(doc, openMarker) {
			p.enums[t.Name.Name] = []any{}
		}
	}
}

func hasLine(text, line string) bool {
	return slices.ContainsFunc(strings.Split(text, "\n"), func(l string) bool { return strings.TrimSpace(l) == line })
}

// values adds the constants of enumerations.
func (p *goPackage) values(g *ast.GenDecl) {
	for _, s := range g.Specs {
		v, ok := s.(*ast.ValueSpec)
		if !ok {
			continue
		}
		t, ok := v.Type.(*ast.Ident)
		if !ok || p.enums[t.Name] == nil {
			continue
		}
		for _, x := range v.Values {
			if lit, ok := x.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if text, err := strconv.Unquote(lit.Value); err == nil && !slices.Contains(p.enums[t.Name], any(text)) {
					p.enums[t.Name] = append(p.enums[t.Name], text)
				}
			}
		}
	}
}

// fill writes the values into the properties of a definition.
func (p *goPackage) fill(d *openapi.Schema, name string) {
	st := p.structs[name]
	if st == nil {
		return
	}
	for _, f := range st.Fields.List {
		t, isList := f.Type, false
		if star, ok := t.(*ast.StarExpr); ok {
			t = star.X
		}
		if list, ok := t.(*ast.ArrayType); ok {
			t, isList = list.Elt, true
		}
		id, ok := t.(*ast.Ident)
		if !ok {
			continue
		}
		if len(f.Names) == 0 { // the fields of an embedded type are fields of this one
			p.fill(d, id.Name)
			continue
		}
		property := d.Properties[jsonName(f)]
		if property != nil && isList {
			property = property.Items
		}
		if values := p.enums[id.Name]; property != nil && property.Type == "string" && len(values) > 0 {
			property.Enum = values
		}
	}
}

func jsonName(f *ast.Field) string {
	if f.Tag == nil {
		return ""
	}
	tag, err := strconv.Unquote(f.Tag.Value)
	if err != nil {
		return ""
	}
	name, _, _ := strings.Cut(reflect.StructTag(tag).Get("json"), ",")
	return name
}
