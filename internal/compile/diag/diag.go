// Package diag is what the compiler has to say about a framework: findings, each at a position of the author's, and the
// table of all codes that a finding may have.
package diag

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"cuelang.org/go/cue/token"
)

// Severity says how bad a diagnostic is.
type Severity int

// The severities, the worst first. Only errors end a build.
const (
	SeverityError Severity = iota
	SeverityWarning
	SeverityInfo
)

func (s Severity) String() string {
	switch s {
	case SeverityWarning:
		return "warning"
	case SeverityInfo:
		return "info"
	default:
		return "error"
	}
}

// Diagnostic is one finding about a framework.
type Diagnostic struct {
	Severity     Severity
	Code         string // of a table of codes
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

// New makes a finding with the severity that the table has for its code.
func New(code, format string, args ...any) *Diagnostic {
	c, _ := Find(Codes, code)
	return &Diagnostic{Code: code, Severity: c.Severity, Message: fmt.Sprintf(format, args...)}
}

// At puts a finding to a position, if that is known.
func (d *Diagnostic) At(pos token.Pos) *Diagnostic {
	if pos.IsValid() {
		d.File, d.Line, d.Column = pos.Filename(), pos.Line(), pos.Column()
	}
	return d
}

// Meant adds a suggestion, if there is one.
func (d *Diagnostic) Meant(name string) *Diagnostic {
	if name != "" {
		d.Hint = fmt.Sprintf("did you mean %q?", name)
	}
	return d
}

// Relate adds another place that the finding is about, if that is known.
func (d *Diagnostic) Relate(pos token.Pos, message string) *Diagnostic {
	if pos.IsValid() {
		d.Related = append(d.Related, Related{File: pos.Filename(), Line: pos.Line(), Column: pos.Column(), Message: message})
	}
	return d
}

// String is the finding as one line, without its place.
func (d *Diagnostic) String() string {
	s := d.Code + ": " + d.Message
	if d.Hint != "" {
		s += " (" + d.Hint + ")"
	}
	return s
}

// Diagnostics are findings.
type Diagnostics []*Diagnostic

// HasErrors says whether a build must fail.
func (ds Diagnostics) HasErrors() bool { return ds.Count(SeverityError) > 0 }

// FirstError is the first finding that ends a build, or nil.
func (ds Diagnostics) FirstError() *Diagnostic {
	for _, d := range slices.Clone(ds).Sorted() {
		if d.Severity == SeverityError {
			return d
		}
	}
	return nil
}

// Count is the number of findings of a severity.
func (ds Diagnostics) Count(s Severity) int {
	n := 0
	for _, d := range ds {
		if d.Severity == s {
			n++
		}
	}
	return n
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

// Sorted sorts by position and drops what is there twice.
func (ds Diagnostics) Sorted() Diagnostics {
	slices.SortStableFunc(ds, func(a, b *Diagnostic) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Severity, b.Severity), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Message, b.Message))
	})
	return slices.CompactFunc(ds, func(a, b *Diagnostic) bool {
		return a.File == b.File && a.Line == b.Line && a.Column == b.Column && a.Code == b.Code && a.Message == b.Message
	})
}
