package main

import (
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/kudoc/kudoc/internal/compile/diag"
	"github.com/kudoc/kudoc/internal/report"
)

// printFindings prints findings for people. Files are relative to the working directory where that is shorter.
func printFindings(w io.Writer, diags diag.Diagnostics) error {
	text := textFor(w)
	_, err := io.WriteString(w, text.Findings(diags))
	return err
}

// textFor says how to print findings to a stream: on a terminal with the lines that they are about.
func textFor(w io.Writer) *report.Text {
	live := isTerminal(w)
	return &report.Text{Base: workingDir(), Excerpts: live, Color: live && os.Getenv("NO_COLOR") == "", Lines: sourceLines}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb"
}

// workingDir is "" where it is not known.
func workingDir() string {
	dir, err := os.Getwd()
	if err != nil {
		return ""
	}
	return dir
}

// sourceLines are the lines of a file, or nothing if it cannot be read.
func sourceLines(file string) []string {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	return strings.Split(string(b), "\n")
}
