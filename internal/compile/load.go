package compile

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/load"

	"github.com/kudoc/kudoc/internal/compile/codes"
	"github.com/kudoc/kudoc/internal/compile/crds"
	"github.com/kudoc/kudoc/internal/compile/cueerror"
	"github.com/kudoc/kudoc/internal/compile/diag"
	"github.com/kudoc/kudoc/internal/compile/ignore"
	"github.com/kudoc/kudoc/internal/compile/source"
)

// load reads the package of the framework.
func (c *compilation) load() {
	dir, err := filepath.Abs(c.opts.Dir)
	if err == nil {
		var info fs.FileInfo
		if info, err = os.Stat(dir); err == nil && !info.IsDir() {
			err = fmt.Errorf("%s is not a directory", dir)
		}
	}
	if err != nil {
		c.diags = append(c.diags, &diag.Diagnostic{Code: diag.CannotRead, Message: fmt.Sprintf("cannot read the framework: %v", err)})
		return
	}
	c.source, err = source.New(dir)
	if err != nil {
		c.sourceErrors(err)
		return
	}
	inst := c.source.Instance()
	if inst.Err != nil {
		c.loadErrors(inst.Err)
		return
	}
	c.inst = inst
	var extended []*ast.File
	if packages := source.Frameworks(inst); len(packages) > 1 {
		extended = source.Files(packages[1:])
	}
	c.ignored = ignore.Read(inst.Files, extended, codes.Table)
	c.diags = append(c.diags, c.ignored.Wrong()...)
	c.checkEncoding()
}

// sourceErrors reports what is wrong before anything is loaded: mostly with the definitions of kinds.
func (c *compilation) sourceErrors(err error) {
	errs := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		errs = joined.Unwrap()
	}
	for _, err := range errs {
		d := &diag.Diagnostic{Code: diag.CannotRead, Message: err.Error()}
		var p *crds.Problem
		if errors.As(err, &p) {
			d = &diag.Diagnostic{Code: diag.WrongDefinition, Message: p.Message, File: p.File, Line: p.Line, Column: 1}
		}
		c.diags = append(c.diags, d)
	}
}

// checkEncoding refuses what CUE lets pass and JSON cannot hold.
func (c *compilation) checkEncoding() {
	for _, f := range c.inst.BuildFiles {
		b, err := os.ReadFile(f.Filename)
		if err != nil {
			c.diags = append(c.diags, &diag.Diagnostic{Code: diag.CannotRead, File: f.Filename, Message: err.Error()})
			continue
		}
		if utf8.Valid(b) {
			continue
		}
		before := b
		for i := 0; i < len(b); {
			r, size := utf8.DecodeRune(b[i:])
			if r == utf8.RuneError && size == 1 {
				before = b[:i]
				break
			}
			i += size
		}
		c.diags = append(c.diags, &diag.Diagnostic{
			Code: diag.Syntax, File: f.Filename, Line: 1 + bytes.Count(before, []byte("\n")), Column: len(before) - bytes.LastIndexByte(before, '\n'),
			Message: "the file is not valid UTF-8 here", Hint: "save it as UTF-8",
		})
	}
}

// loadErrors reports what keeps the package from being loaded.
func (c *compilation) loadErrors(err error) {
	for _, e := range errors.Errors(err) {
		msg := cueerror.Text(e)
		if msg == "" { // an error of something else, wrapped
			msg = e.Error()
		}
		code, hint := diag.CannotRead, ""
		var multiple *load.MultiplePackageError
		switch {
		case errors.As(e, &multiple):
			msg = "the directory holds several packages: " + strings.Join(multiple.Packages, ", ")
			hint = "a framework is one package in a directory of its own"
		case strings.Contains(msg, "matched no packages"):
			msg = "no CUE files in " + c.source.Dir
		case strings.HasPrefix(msg, "import failed"):
			if c.importedMistake(e) {
				continue
			}
			code = diag.UnknownImport
			if i := strings.Index(e.Error(), "cannot find "); i >= 0 {
				msg, _, _ = strings.Cut(e.Error()[i:], ": ")
			}
			hint = "the Kubernetes types are kudoc.dev/k8s/<group>/<version>"
		case cueerror.AuthorPosition(e).IsValid():
			code = diag.Syntax
		}
		d := c.report(code, cueerror.AuthorPosition(e), "%s", msg)
		d.Hint = hint
		if d.File == "" {
			d.File = c.source.Dir
		}
	}
}

// importedMistake reports what is wrong within a package that is imported, if that is why it cannot be.
func (c *compilation) importedMistake(e errors.Error) bool {
	var inner errors.Error
	if !errors.As(errors.Unwrap(e), &inner) {
		return false
	}
	at, by := cueerror.AuthorPosition(inner), e.Position()
	if !at.IsValid() || at.Filename() == by.Filename() {
		return false
	}
	d := c.report(diag.Syntax, at, "%s", cueerror.Text(inner))
	d.Related = []diag.Related{{File: by.Filename(), Line: by.Line(), Column: by.Column(), Message: "imported here"}}
	return true
}
