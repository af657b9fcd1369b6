package testrun

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/errors"

	"github.com/kudoc/kudoc/internal/compile/cueerror"
	"github.com/kudoc/kudoc/internal/compile/diag"
	"github.com/kudoc/kudoc/internal/compile/source"
)

// Suite is the tests of a framework as they are written.
type Suite struct {
	dir       string // as it was named
	inst      *build.Instance
	testFiles []*ast.File
	files     []*ast.File // of the framework
}

// Load parses the tests beside a framework. It is nil if there are none.
func Load(dir string) (*Suite, error) {
	path, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if found, err := filepath.Glob(filepath.Join(path, "*_test.cue")); err != nil || len(found) == 0 {
		return nil, err
	}
	src, err := source.New(path)
	if err != nil {
		return nil, err
	}
	s := &Suite{dir: dir}
	s.inst, s.testFiles = src.WithTests()
	if s.inst.Err == nil {
		s.files = source.Files(source.Frameworks(s.inst))
	}
	return s, nil
}

// tests are the tests, in the order in which they are written, or what is wrong with them.
func (s *Suite) tests() ([]*test, diag.Diagnostics) {
	if s.inst.Err != nil {
		return nil, loadErrors(s.inst)
	}
	if diags := s.checkDeclarations(); diags.HasErrors() {
		return nil, diags
	}
	root := cuecontext.New().BuildInstance(s.inst)
	if err := buildError(root); err != nil {
		return nil, findings(root, err)
	}
	all := root.LookupPath(cue.ParsePath("tests"))
	if !all.Exists() {
		return nil, nil
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
		t := &test{name: fields.Selector().Unquoted(), value: fields.Value(), files: s.testFiles}
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
	for _, f := range s.testFiles {
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.Field:
				name, _, err := ast.LabelName(d.Label)
				if err == nil && (name == "tests" || strings.HasPrefix(name, "_") || strings.HasPrefix(name, "#")) {
					continue
				}
			case *ast.EmbedDecl, *ast.Comprehension, *ast.Ellipsis:
			default:
				continue
			}
			x := diag.New(diag.WrongTest, "a test file declares tests, and hidden fields and definitions that they use").At(d.Pos())
			x.Hint = "what belongs to the framework is in its other files"
			diags = append(diags, x)
		}
	}
	return diags
}

// buildError is what keeps CUE from making a value of the package, such as names that are not declared.
func buildError(root cue.Value) error {
	if err := root.Err(); err != nil && root.LookupPath(cue.ParsePath("tests")).Err() != nil {
		return err
	}
	return nil
}

// loadErrors are what keeps the files from being loaded.
func loadErrors(inst *build.Instance) (diags diag.Diagnostics) {
	for _, e := range errors.Errors(inst.Err) {
		pos := cueerror.AuthorPosition(e)
		code := diag.CannotRead
		if pos.IsValid() {
			code = diag.Syntax
		}
		text := cueerror.Text(e)
		if text == "" {
			text = e.Error()
		}
		d := diag.New(code, "%s", text).At(pos)
		if d.File == "" {
			d.File = inst.Dir
		}
		diags = append(diags, d)
	}
	return diags
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
