package eval

import (
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/ast/astutil"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/expr"
)

// Evaluator evaluates one framework. It is used by one goroutine, once.
type Evaluator struct {
	// Locals are the expressions that several places share as local.<name>.
	Locals map[string]*expr.X

	ctx       *cue.Context
	evaluated map[string]evaluation
	packages  map[*build.Instance]*pkg
	literals  map[*ast.StructLit]*names
	lets      map[letKey]*Vertex
	inputs    map[*Vertex]*Vertex // the declaration of an input -> the vertex that stands for its value
	localOf   map[*Vertex]*expr.X
	roots     map[string]bool
	reading   map[*Vertex]bool
	rendering map[*Vertex]bool
	loops     int
	root      *expansion
	main      *pkg
	state
}

// state is what changes on the way down and must be restored when an error ends the way.
type state struct {
	depth int
	where token.Pos // the author's position of the innermost field
	pc    guard     // path condition
}

type pkg struct {
	inst  *build.Instance
	root  *Vertex
	names map[string]bool // of all fields at file level
}

// checkHidden refuses hidden fields of the same name in a package and one that embeds it: CUE keeps them apart.
func (p *pkg) checkHidden(ev *Evaluator, outer *pkg, node positioned) {
	for n := range outer.names {
		if p.names[n] && strings.HasPrefix(n, "_") {
			ev.refuse(node, "rename one of them", "the package and the one that it embeds both have a field %s", n)
		}
	}
}

// New prepares the evaluation of a framework. Comprehensions at file level wait for Finish, because they read inputs,
// which are declared first.
func New(inst *build.Instance, roots ...string) *Evaluator {
	ev := &Evaluator{
		Locals: map[string]*expr.X{}, ctx: cuecontext.New(), evaluated: map[string]evaluation{},
		packages: map[*build.Instance]*pkg{}, literals: map[*ast.StructLit]*names{}, lets: map[letKey]*Vertex{},
		inputs: map[*Vertex]*Vertex{}, localOf: map[*Vertex]*expr.X{}, roots: map[string]bool{},
		reading: map[*Vertex]bool{}, rendering: map[*Vertex]bool{},
	}
	for _, r := range roots {
		ev.roots[r] = true
	}
	if len(inst.Files) > 0 {
		ev.where = inst.Files[0].Pos()
	}
	return ev
}

// Begin makes the root of the framework: all its fields but those that comprehensions at file level make.
func (ev *Evaluator) Begin(inst *build.Instance) *Error {
	return ev.Try(func() {
		ev.main = ev.pkg(inst)
		ev.root = ev.main.root.begin()
	})
}

// Finish runs the comprehensions at file level.
func (ev *Evaluator) Finish() *Error { return ev.Try(ev.root.finish) }

// Root is the vertex of the framework.
func (ev *Evaluator) Root() *Vertex { return ev.main.root }

// pkg makes the root vertex of a package: each file is a struct literal that contributes to it.
func (ev *Evaluator) pkg(inst *build.Instance) *pkg {
	if p := ev.packages[inst]; p != nil {
		return p
	}
	all := &names{fields: map[string]bool{}}
	p := &pkg{inst: inst, root: ev.vertex(nil, ""), names: all.fields}
	p.root.pkg = p
	ev.packages[inst] = p
	outer := &Scope{v: p.root, names: all}
	for _, f := range inst.Files {
		own := ev.declared(f.Decls)
		for n := range own.fields {
			all.fields[n] = true
		}
		// names of the file come before those of the package, which other files declare
		sc := &Scope{up: &Scope{up: outer, file: ev.imports(inst, f)}, v: p.root, names: own}
		lit := &ast.StructLit{Elts: f.Decls}
		ev.literals[lit] = &names{}
		p.root.conjs = append(p.root.conjs, conj{scope: sc, expr: lit})
	}
	return p
}

func (ev *Evaluator) imports(inst *build.Instance, f *ast.File) *file {
	out := &file{imports: map[string]string{}, inst: inst}
	for _, d := range f.Decls {
		im, ok := d.(*ast.ImportDecl)
		if !ok {
			continue
		}
		for _, s := range im.Specs {
			info, err := astutil.ParseImportSpec(s)
			if err != nil {
				ev.fail(s, "%v", err)
			}
			out.imports[info.Ident] = info.ID
		}
	}
	return out
}
