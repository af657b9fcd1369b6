package compile

import (
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/check"
	"github.com/kudoc/kudoc/internal/compile/cueerror"
	"github.com/kudoc/kudoc/internal/compile/diag"
	"github.com/kudoc/kudoc/internal/compile/eval/syntax"
	"github.com/kudoc/kudoc/internal/compile/source"
)

// unify lets CUE evaluate the package with inputs unknown. Every compilation has a context of its own: a context keeps
// what it has seen.
func (c *compilation) unify() {
	c.value = cuecontext.New().BuildInstance(c.inst)
	for _, f := range cueerror.Findings(c.value, c.value.Validate()) {
		c.reportFinding(f)
	}
}

// check reports what CUE cannot say, or not well.
func (c *compilation) check() {
	c.declared, c.diags = check.Run(check.Framework{Instance: c.inst, Value: c.value, Found: c.diags})
}

// reportFinding adds a finding as an error.
func (c *compilation) reportFinding(f cueerror.Finding) *diag.Diagnostic {
	embedding := source.Embedding(c.inst)
	d := c.report(f.Code, f.Pos, "%s", f.Message)
	if d.File == "" { // CUE does not say where
		d.At(c.nearest(f.Path))
	}
	if d.File == "" { // a value that is wrong all around has no fields
		d.At(source.Locate(source.Files(source.Frameworks(c.inst)), f.Path))
	}
	if d.File == "" { // the embedding, which is in the author's file, stands for all of it
		d.At(embedding)
	}
	d.Path, d.Hint = cueerror.Joined(f.Path), f.Hint
	if strings.HasPrefix(f.Message, "imported and not used") {
		d.Hint = "remove it; if a field of the same name hides it, import it under another one"
	}
	for _, p := range f.Related {
		if p == embedding { // it stands for the language, about which the message has said enough
			continue
		}
		d.Relate(p, "conflicts with this")
	}
	return d
}

// nearest is where the author wrote the field at a path, or what contains it.
func (c *compilation) nearest(path []string) token.Pos {
	for ; len(path) > 0; path = path[:len(path)-1] {
		v := c.value.LookupPath(cue.ParsePath(cueerror.Joined(path)))
		if v.Exists() && syntax.IsAuthors(v.Pos()) {
			return v.Pos()
		}
	}
	return token.NoPos
}
