// Package report renders findings: as text for people, and in the formats that other programs read. It is pure; sources
// come in through a function.
package report

import (
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kudoc/kudoc/internal/compile/diag"
)

// Framework is what was found in one directory.
type Framework struct {
	Dir      string
	Findings diag.Diagnostics
}

// Report is what was found in all of them.
type Report struct {
	Frameworks []Framework
	// Codes is the table that the codes of findings are in.
	Codes []diag.Code
	// Base is the directory that paths are relative to.
	Base string
	// Version is that of kudoc.
	Version string
	// Strict says that warnings are failures.
	Strict bool
	// Lines returns the lines of a source file, or nothing if it cannot be read.
	Lines func(file string) []string
}

// Formats are the names of the formats for programs.
func Formats() []string { return []string{"json", "github", "sarif", "junit"} }

// Write renders a report in a format for programs.
func (r *Report) Write(w io.Writer, format string) error {
	switch format {
	case "json":
		return r.json(w)
	case "github":
		return r.github(w)
	case "sarif":
		return r.sarif(w)
	case "junit":
		return r.junit(w)
	}
	return fmt.Errorf("format %q is none of %s", format, strings.Join(Formats(), ", "))
}

// Count is the number of findings of a severity in some frameworks.
func Count(frameworks []Framework, s diag.Severity) int {
	n := 0
	for _, f := range frameworks {
		n += f.Findings.Count(s)
	}
	return n
}

// Failed says whether findings of these severities are failures.
func Failed(frameworks []Framework, strict bool) bool {
	return Count(frameworks, diag.SeverityError) > 0 || strict && Count(frameworks, diag.SeverityWarning) > 0
}

// Summary says how much was found, in a line.
func Summary(frameworks []Framework) string {
	var parts []string
	for _, s := range []diag.Severity{diag.SeverityError, diag.SeverityWarning, diag.SeverityInfo} {
		if n := Count(frameworks, s); n > 0 {
			parts = append(parts, plural(n, severityName(s)))
		}
	}
	if len(parts) == 0 {
		parts = []string{"no findings"}
	}
	return strings.Join(parts, ", ") + " in " + plural(len(frameworks), "framework")
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// path is a file relative to the base, with slashes.
func (r *Report) path(file string) string {
	if file == "" {
		return ""
	}
	if rel, err := filepath.Rel(r.Base, file); err == nil && filepath.IsAbs(file) {
		file = rel
	}
	return filepath.ToSlash(filepath.Clean(file))
}

// uri is a file as a reference that is relative to the base.
func (r *Report) uri(file string) string { return (&url.URL{Path: r.path(file)}).String() }

// title is that of a code.
func (r *Report) title(code string) string {
	c, _ := diag.Find(r.Codes, code)
	return c.Title
}

// line is a line of a source, or nothing.
func (r *Report) line(file string, line int) string { return lineOf(r.Lines, file, line) }

func lineOf(lines func(string) []string, file string, line int) string {
	if lines == nil || line < 1 {
		return ""
	}
	all := lines(file)
	if line > len(all) {
		return ""
	}
	return strings.TrimSuffix(all[line-1], "\r")
}

// column is a column, which CUE counts in bytes, in characters.
func (r *Report) column(file string, line, column int) int {
	text := r.line(file, line)
	if column < 1 || column > len(text) {
		return column
	}
	return len([]rune(text[:column-1])) + 1
}

// withHint is a message and what to do about it.
func withHint(d *diag.Diagnostic) string {
	if d.Hint == "" {
		return d.Message
	}
	return d.Message + " (" + d.Hint + ")"
}

// codeIndex is where a code is in the table.
func (r *Report) codeIndex(code string) int {
	return slices.IndexFunc(r.Codes, func(c diag.Code) bool { return c.Code == code })
}
