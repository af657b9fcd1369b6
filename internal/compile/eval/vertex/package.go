package vertex

import (
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/ast/astutil"
	"cuelang.org/go/cue/build"

	"github.com/kudoc/kudoc/internal/compile/eval/descent"
)

// pkg is a package: the framework, or one that it imports.
type pkg struct {
	root  *Vertex
	names map[string]bool // of all fields at file level
}

// checkHidden refuses hidden fields of the same name in a package and one that embeds it: CUE keeps them apart.
func (p *pkg) checkHidden(g *Graph, outer *pkg, node descent.Positioned) {
	for n := range outer.names {
		if p.names[n] && strings.HasPrefix(n, "_") {
			g.Refuse(node, "rename one of them", "the package and the one that it embeds both have a field %s", n)
		}
	}
}

// Package is the root vertex of a package: each file is a struct literal that contributes to it.
func (g *Graph) Package(inst *build.Instance) *Vertex {
	if p := g.packages[inst]; p != nil {
		return p.root
	}
	all := &names{fields: map[string]bool{}}
	p := &pkg{root: g.vertex(nil, ""), names: all.fields}
	p.root.pkg = p
	g.packages[inst] = p
	outer := &Scope{v: p.root, names: all}
	for _, f := range inst.Files {
		own := declared(f.Decls)
		for n := range own.fields {
			all.fields[n] = true
		}
		// names of the file come before those of the package, which other files declare
		sc := &Scope{up: &Scope{up: outer, file: g.imports(inst, f)}, v: p.root, names: own}
		lit := &ast.StructLit{Elts: f.Decls}
		g.literals[lit] = &names{}
		p.root.Conjuncts = append(p.root.Conjuncts, Conjunct{Scope: sc, Expr: lit})
	}
	return p.root
}

func (g *Graph) imports(inst *build.Instance, f *ast.File) *file {
	out := &file{imports: map[string]string{}, inst: inst}
	for _, d := range f.Decls {
		im, ok := d.(*ast.ImportDecl)
		if !ok {
			continue
		}
		for _, s := range im.Specs {
			info, err := astutil.ParseImportSpec(s)
			if err != nil {
				g.Fail(s, "%v", err)
			}
			out.imports[info.Ident] = info.ID
		}
	}
	return out
}
