package report

import (
	"fmt"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/kudoc/kudoc/internal/compile/diag"
)

// Text renders findings for people, one a line: file:line:col: CODE: message (hint).
type Text struct {
	// Base is the directory that paths are relative to where that is shorter.
	Base string
	// Excerpts shows the lines that findings are about, with a mark below.
	Excerpts bool
	Color    bool
	// Lines returns the lines of a source file, or nothing if it cannot be read.
	Lines func(file string) []string
}

// excerptWidth is how much of a long line is shown.
const excerptWidth = 100

// Finding renders one finding, with a newline at the end.
func (t *Text) Finding(d *diag.Diagnostic) string {
	var b strings.Builder
	if d.File != "" {
		b.WriteString(t.paint("1", t.place(d.File, d.Line, d.Column)+":") + " ")
	}
	head, hue := d.Code+":", "1;31"
	switch d.Severity {
	case diag.SeverityWarning:
		head, hue = severityName(d.Severity)+": "+head, "1;33"
	case diag.SeverityInfo:
		head, hue = severityName(d.Severity)+": "+head, "1;36"
	case diag.SeverityError:
	}
	fmt.Fprintf(&b, "%s %s\n", t.paint(hue, head), withHint(d))
	t.excerpt(&b, "", d.File, d.Line, d.Column, hue)
	for _, r := range d.Related {
		fmt.Fprintf(&b, "\t%s: %s\n", t.place(r.File, r.Line, r.Column), r.Message)
		t.excerpt(&b, "\t", r.File, r.Line, r.Column, "1;36")
	}
	return b.String()
}

// Findings renders several.
func (t *Text) Findings(ds diag.Diagnostics) string {
	var b strings.Builder
	for _, d := range ds {
		b.WriteString(t.Finding(d))
	}
	return b.String()
}

func (t *Text) paint(sgr, s string) string {
	if !t.Color {
		return s
	}
	return "\x1b[" + sgr + "m" + s + "\x1b[0m"
}

// place is file:line:col, or only the file or directory where that is all that is known.
func (t *Text) place(file string, line, column int) string {
	if rel, err := filepath.Rel(t.Base, file); t.Base != "" && err == nil && len(rel) < len(file) {
		file = rel
	}
	if line == 0 {
		return file
	}
	return fmt.Sprintf("%s:%d:%d", file, line, column)
}

// excerpt shows a line and a mark below the column.
func (t *Text) excerpt(b *strings.Builder, indent, file string, line, column int, hue string) {
	if !t.Excerpts {
		return
	}
	text := lineOf(t.Lines, file, line)
	if strings.TrimSpace(text) == "" || column < 1 || column > len(text)+1 {
		return
	}
	before, after := []rune(printable(text[:column-1])), []rune(printable(text[column-1:]))
	if len(before)+len(after) > excerptWidth && len(before) > excerptWidth*2/3 {
		before = append([]rune("…"), before[len(before)-excerptWidth*2/3:]...)
	}
	if room := excerptWidth - len(before); len(after) > room {
		after = append(after[:room:room], '…')
	}
	blank := strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, string(before))
	number := fmt.Sprint(line)
	fmt.Fprintf(b, "%s  %s | %s%s\n", indent, number, string(before), string(after))
	fmt.Fprintf(b, "%s  %s | %s%s\n", indent, strings.Repeat(" ", len(number)), blank, t.paint(hue, "^"))
}

// printable replaces what a terminal would take for commands.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r == 0x7f || r == utf8.RuneError {
			return '?'
		}
		return r
	}, s)
}
