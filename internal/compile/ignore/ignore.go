// Package ignore reads the comments by which an author says that a finding is intended:
//
//	// kudoc:ignore KD107 the backup plan of the next version uses it
//
// behind the line that the finding is about or on lines of their own before it.
package ignore

import (
	"regexp"
	"slices"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/diag"
)

// Comments are all such comments of some files.
type Comments struct {
	table    []diag.Code
	comments []*comment
	extended []*comment
	wrong    diag.Diagnostics
}

// comment is one that is as it must be.
type comment struct {
	pos    token.Pos
	target int // the line whose findings it ignores
	codes  []string
	used   map[string]bool
}

// directive is what such a comment looks like. The codes come first, then the reason.
var (
	directive = regexp.MustCompile(`^//\s*kudoc:ignore\b\s*(.*)$`)
	operands  = regexp.MustCompile(`^((?:KD\w*\s*,\s*)*KD\w*)(?:\s+(.*))?$`)
)

// IsDirective says whether a comment is for kudoc, and not for people.
func IsDirective(text string) bool { return directive.MatchString(text) }

// Read finds the comments in the files of a framework, and in those of others that it extends: what ignores nothing there
// may do so where they stand alone. The table says which codes there are.
func Read(own, extended []*ast.File, table []diag.Code) *Comments {
	others := &Comments{table: table}
	for _, f := range extended {
		others.file(f)
	}
	cs := &Comments{table: table}
	for _, f := range own {
		cs.file(f)
	}
	cs.extended = others.comments
	return cs
}

func (cs *Comments) file(f *ast.File) {
	code := linesOfCode(f)
	ast.Walk(f, func(n ast.Node) bool {
		if g, ok := n.(*ast.CommentGroup); ok {
			cs.group(g, code)
		}
		return true
	}, nil)
}

// linesOfCode are the lines on which something begins or ends that is not a comment.
func linesOfCode(f *ast.File) map[int]bool {
	lines := map[int]bool{}
	ast.Walk(f, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.File:
			return true
		case *ast.CommentGroup, *ast.Comment:
			return false
		}
		if p := n.Pos(); p.IsValid() {
			lines[p.Line()] = true
		}
		if p := n.End(); p.IsValid() {
			lines[p.Line()] = true
		}
		return true
	}, nil)
	return lines
}

func (cs *Comments) group(g *ast.CommentGroup, code map[int]bool) {
	last := g.List[len(g.List)-1].Pos().Line()
	for _, c := range g.List {
		m := directive.FindStringSubmatch(c.Text)
		if m == nil {
			continue
		}
		target := c.Pos().Line()
		if !code[target] {
			target = last + 1
		}
		if codes := cs.operands(c.Pos(), strings.TrimSpace(m[1])); codes != nil {
			cs.comments = append(cs.comments, &comment{pos: c.Pos(), target: target, codes: codes, used: map[string]bool{}})
		}
	}
}

// operands are the codes of a comment; nothing if they cannot be ignored so.
func (cs *Comments) operands(pos token.Pos, text string) []string {
	report := func(hint, format string, args ...any) {
		d := diag.New(diag.WrongIgnore, format, args...).At(pos)
		d.Hint = hint
		cs.wrong = append(cs.wrong, d)
	}
	m := operands.FindStringSubmatch(text)
	if m == nil {
		report("write // kudoc:ignore KD107 and why", "the comment does not say which finding to ignore")
		return nil
	}
	var codes []string
	for code := range strings.SplitSeq(m[1], ",") {
		code = strings.TrimSpace(code)
		if _, ok := diag.Find(cs.table, code); !ok {
			report("'kudoc explain' lists them", "there is no finding %s to ignore", code)
			return nil
		}
		codes = append(codes, code)
	}
	if m[2] == "" {
		report("write why behind the code", "the comment does not say why to ignore %s", strings.Join(codes, ", "))
		return nil
	}
	return codes
}

// Filter drops the findings that are ignored, and says which of the others cannot be.
func (cs *Comments) Filter(ds diag.Diagnostics) diag.Diagnostics {
	var out diag.Diagnostics
	for _, d := range ds {
		c := cs.about(d)
		switch {
		case c == nil:
			out = append(out, d)
		case cs.mayIgnore(d):
			c.used[d.Code] = true
		default:
			out = append(out, d)
			if !c.used[d.Code] {
				c.used[d.Code] = true
				out = append(out, diag.New(diag.WrongIgnore, "%s keeps the framework from being compiled: it cannot be ignored", d.Code).At(c.pos))
			}
		}
	}
	return out
}

// about is the comment that names a finding on its line.
func (cs *Comments) about(d *diag.Diagnostic) *comment {
	for _, c := range slices.Concat(cs.comments, cs.extended) {
		if c.target == d.Line && c.pos.Filename() == d.File && slices.Contains(c.codes, d.Code) {
			return c
		}
	}
	return nil
}

// mayIgnore says whether the framework compiles although there is such a finding.
func (cs *Comments) mayIgnore(d *diag.Diagnostic) bool {
	if d.Severity != diag.SeverityError {
		return true
	}
	c, _ := diag.Find(cs.table, d.Code)
	return c.Ignorable
}

// Wrong are the comments that are not as they must be.
func (cs *Comments) Wrong() diag.Diagnostics { return cs.wrong }

// Unused are the comments, and the codes in them, that have ignored nothing. That is known when everything has been found.
func (cs *Comments) Unused() diag.Diagnostics {
	var out diag.Diagnostics
	for _, c := range cs.comments {
		for _, code := range c.codes {
			entry, _ := diag.Find(cs.table, code)
			if !c.used[code] && entry.Group != diag.GroupChanges { // which are found where there is a version to compare with
				d := diag.New(diag.UnusedIgnore, "there is no %s to ignore here", code).At(c.pos)
				d.Hint = "delete it, or move it to the line of the finding or before it"
				out = append(out, d)
			}
		}
	}
	return out
}
