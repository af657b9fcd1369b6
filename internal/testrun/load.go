package testrun

import (
	"cmp"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/load"

	"github.com/kudoc/kudoc/internal/compile/cueerror"
	"github.com/kudoc/kudoc/internal/compile/diag"
	"github.com/kudoc/kudoc/internal/compile/source"
)

// Suite is the tests of a framework as they are written.
type Suite struct {
	dir, path string // as it was named, and absolute
	source.Tested
}

// Load parses the tests beside a framework. It is nil if there are none.
func Load(dir string) (*Suite, error) {
	path, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(path)
	if err != nil || !slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return source.IsTest(e.Name()) }) {
		return nil, err
	}
	src, err := source.New(path)
	if err != nil {
		return nil, err
	}
	return &Suite{dir, path, src.WithTests()}, nil
}

// tests are the tests, in the order in which they are written, or what is wrong with them.
func (s *Suite) tests() ([]*test, diag.Diagnostics) {
	if s.Err != nil {
		return nil, s.loadErrors()
	}
	if diags := s.checkDeclarations(); diags.HasErrors() {
		return nil, diags
	}
	root := cuecontext.New().BuildInstance(s.Instance)
	all := root.LookupPath(cue.ParsePath("tests"))
	if !all.Exists() { // or names are not declared, so that there is no value at all
		return nil, findings(root, root.Err())
	}
	if err := all.Validate(); err != nil {
		return nil, findings(root, err)
	}
	fields, err := all.Fields()
	if err != nil {
		return nil, findings(root, err)
	}
	var out []*test
	var diags diag.Diagnostics
	for fields.Next() {
		t := &test{name: fields.Selector().Unquoted(), root: root, value: fields.Value(), files: s.Tests}
		if !t.value.LookupPath(cue.ParsePath("instance.namespace")).Exists() {
			d := diag.New(diag.WrongTest, "test %q is not typed", t.name).At(t.pos())
			d.Hint = "declare tests: [string]: kudoc.#Test"
			diags = append(diags, d)
			continue
		}
		diags = append(diags, t.decode()...)
		out = append(out, t)
	}
	slices.SortStableFunc(out, func(a, b *test) int {
		p, q := a.pos(), b.pos()
		return cmp.Or(strings.Compare(p.Filename(), q.Filename()), cmp.Compare(p.Line(), q.Line()), cmp.Compare(p.Column(), q.Column()))
	})
	return out, diags
}

// checkDeclarations refuses what would make the framework that CUE sees another one than the one that was compiled.
func (s *Suite) checkDeclarations() (diags diag.Diagnostics) {
	for _, f := range s.Tests {
		for _, d := range f.Decls {
			if belongs(d) {
				continue
			}
			x := diag.New(diag.WrongTest, "a test file declares tests, and hidden fields and definitions that they use").At(d.Pos())
			x.Hint = "what belongs to the framework is in its other files"
			diags = append(diags, x)
		}
	}
	return diags
}

// belongs says whether a declaration is about tests.
func belongs(d ast.Decl) bool {
	switch d := d.(type) {
	case *ast.Field:
		name, _, err := ast.LabelName(d.Label)
		return err == nil && (name == "tests" || strings.HasPrefix(name, "_") || strings.HasPrefix(name, "#"))
	case *ast.Comprehension:
		inner, ok := d.Value.(*ast.StructLit)
		return ok && !slices.ContainsFunc(inner.Elts, func(d ast.Decl) bool { return !belongs(d) })
	case *ast.EmbedDecl, *ast.Ellipsis:
		return false
	}
	return true // imports, lets and comments
}

// loadErrors are what keeps the files from being loaded.
func (s *Suite) loadErrors() diag.Diagnostics {
	var several *load.MultiplePackageError
	if errors.As(s.Err, &several) {
		d := diag.New(diag.WrongTest, "the directory holds several packages: %s", strings.Join(several.Packages, ", "))
		d.File, d.Hint = s.path, "tests belong to the package of the framework"
		return diag.Diagnostics{d}
	}
	return cueerror.Loading(s.path, s.Err)
}

// findings says what CUE says as vet does.
func findings(root cue.Value, err error) (diags diag.Diagnostics) {
	for _, f := range cueerror.Findings(root, err) {
		d := diag.New(f.Code, "%s", f.Message).At(f.Pos)
		d.Path, d.Hint = cueerror.Joined(f.Path), f.Hint
		for _, p := range f.Related {
			d.Relate(p, "conflicts with this")
		}
		diags = append(diags, d)
	}
	return diags
}
