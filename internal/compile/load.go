package compile

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"unicode/utf8"

	"cuelang.org/go/cue/ast"

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
		c.diags = append(c.diags, cueerror.Loading(c.source.Dir, inst.Err)...)
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
