package report

import (
	"encoding/json"
	"io"

	"github.com/kudoc/kudoc/internal/compile/diag"
)

// jsonVersion changes when a field of the JSON format goes away or means something else; new fields may come any time.
const jsonVersion = 1

// Document is the JSON format of a report.
type Document struct {
	// Version is that of this format.
	Version int `json:"version"`
	// Kudoc is the version of the program.
	Kudoc      string   `json:"kudoc"`
	Frameworks []string `json:"frameworks"`
	// Findings are sorted by framework, then by position.
	Findings []Finding `json:"findings"`
	Summary  Totals    `json:"summary"`
}

// Finding is a finding in the JSON format. Paths are relative to the working directory, with slashes. Lines and columns
// begin at 1, columns count bytes, and both are missing where only the file is known.
type Finding struct {
	Code      string  `json:"code"`
	Severity  string  `json:"severity"` // error, warning or info
	Framework string  `json:"framework"`
	File      string  `json:"file,omitempty"`
	Line      int     `json:"line,omitempty"`
	Column    int     `json:"column,omitempty"`
	Path      string  `json:"path,omitempty"` // of the field in the framework
	Title     string  `json:"title"`
	Message   string  `json:"message"`
	Hint      string  `json:"hint,omitempty"`
	Related   []Place `json:"related,omitempty"`
}

// Place is another place that a finding is about.
type Place struct {
	File    string `json:"file"`
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
	Message string `json:"message"`
}

// Totals are how many findings of each severity there are.
type Totals struct {
	Errors   int `json:"errors"`
	Warnings int `json:"warnings"`
	Infos    int `json:"infos"`
}

func (r *Report) json(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(r.document())
}

func (r *Report) document() Document {
	doc := Document{Version: jsonVersion, Kudoc: r.Version, Frameworks: []string{}, Findings: []Finding{}, Summary: Totals{
		Errors: Count(r.Frameworks, diag.SeverityError), Warnings: Count(r.Frameworks, diag.SeverityWarning), Infos: Count(r.Frameworks, diag.SeverityInfo),
	}}
	for _, fw := range r.Frameworks {
		dir := r.path(fw.Dir)
		doc.Frameworks = append(doc.Frameworks, dir)
		for _, d := range fw.Findings {
			f := Finding{
				Code: d.Code, Severity: d.Severity.String(), Framework: dir, File: r.path(d.File), Line: d.Line, Column: d.Column,
				Path: d.Path, Title: r.title(d.Code), Message: d.Message, Hint: d.Hint,
			}
			for _, p := range d.Related {
				f.Related = append(f.Related, Place{File: r.path(p.File), Line: p.Line, Column: p.Column, Message: p.Message})
			}
			doc.Findings = append(doc.Findings, f)
		}
	}
	return doc
}
