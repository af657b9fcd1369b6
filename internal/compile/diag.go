package compile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/eval/descent"
)

// Severity says how bad a diagnostic is.
type Severity int

// The severities. Only errors end a build.
const (
	SeverityError Severity = iota
	SeverityWarning
)

// Diagnostic is one finding about a framework.
type Diagnostic struct {
	Severity     Severity
	Code         string // of the table in codes.go
	File         string // absolute
	Line, Column int
	Path         string // of the field, such as plans.deploy.phases[0]
	Message      string
	Hint         string // what to do about it
	Related      []Related
}

// Related is another place that a diagnostic is about.
type Related struct {
	File         string
	Line, Column int
	Message      string
}

// String is the finding as one line, without its place.
func (d *Diagnostic) String() string {
	s := d.Code + ": " + d.Message
	if d.Hint != "" {
		s += " (" + d.Hint + ")"
	}
	return s
}

// Diagnostics are findings, sorted by position.
type Diagnostics []*Diagnostic

// HasErrors says whether a build must fail.
func (ds Diagnostics) HasErrors() bool {
	return slices.ContainsFunc(ds, func(d *Diagnostic) bool { return d.Severity == SeverityError })
}

// Error lists the findings, one a line.
func (ds Diagnostics) Error() string {
	lines := make([]string, len(ds))
	for i, d := range ds {
		lines[i] = d.String()
		if d.File != "" {
			lines[i] = fmt.Sprintf("%s:%d:%d: %s", d.File, d.Line, d.Column, d)
		}
	}
	return strings.Join(lines, "\n")
}

// sorted sorts by position and drops what is there twice.
func (ds Diagnostics) sorted() Diagnostics {
	slices.SortStableFunc(ds, func(a, b *Diagnostic) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Severity, b.Severity), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Message, b.Message))
	})
	return slices.CompactFunc(ds, func(a, b *Diagnostic) bool {
		return a.File == b.File && a.Line == b.Line && a.Column == b.Column && a.Code == b.Code && a.Message == b.Message
	})
}

// report adds an error at a position of the author's.
func (c *compilation) report(code string, pos token.Pos, format string, args ...any) *Diagnostic {
	d := &Diagnostic{Code: code, Message: fmt.Sprintf(format, args...)}
	d.at(pos)
	c.diags = append(c.diags, d)
	return d
}

func (d *Diagnostic) at(pos token.Pos) {
	if pos.IsValid() {
		d.File, d.Line, d.Column = pos.Filename(), pos.Line(), pos.Column()
	}
}

// meant adds a suggestion, if there is one.
func (d *Diagnostic) meant(name string) *Diagnostic {
	if name != "" {
		d.Hint = fmt.Sprintf("did you mean %q?", name)
	}
	return d
}

// evalError reports what the evaluator refuses.
func (c *compilation) evalError(err *descent.Error) {
	if err == nil {
		return
	}
	code := codeUnsupported
	switch {
	case err.Conflict:
		code = codeConflict
	case err.Missing:
		code = codeRequired
	}
	c.report(code, err.Pos, "%s", err.Msg).Hint = err.Hint
}
