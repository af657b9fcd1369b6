package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/kudoc/kudoc/internal/compile/diag"
)

// report prints diagnostics, one a line: file:line:col: CODE: message (hint). Files are relative to the working directory
// where that is shorter.
func report(w io.Writer, diags diag.Diagnostics) error {
	cwd, err := os.Getwd()
	if err != nil {
		cwd = ""
	}
	for _, d := range diags {
		if _, err := fmt.Fprintln(w, diagnostic(d, cwd)); err != nil {
			return err
		}
	}
	return nil
}

func diagnostic(d *diag.Diagnostic, cwd string) string {
	var b strings.Builder
	if d.File != "" {
		b.WriteString(place(cwd, d.File, d.Line, d.Column) + ": ")
	}
	if d.Severity == diag.SeverityWarning {
		b.WriteString("warning: ")
	}
	fmt.Fprintf(&b, "%s: %s", d.Code, d.Message)
	if d.Hint != "" {
		fmt.Fprintf(&b, " (%s)", d.Hint)
	}
	for _, r := range d.Related {
		fmt.Fprintf(&b, "\n\t%s: %s", place(cwd, r.File, r.Line, r.Column), r.Message)
	}
	return b.String()
}

// place is file:line:col, or only the file or directory where that is all that is known.
func place(cwd, file string, line, column int) string {
	file = relative(cwd, file)
	if line == 0 {
		return file
	}
	return fmt.Sprintf("%s:%d:%d", file, line, column)
}

func relative(cwd, file string) string {
	rel, err := filepath.Rel(cwd, file)
	if cwd == "" || err != nil || len(rel) >= len(file) {
		return file
	}
	return rel
}
