package report

import (
	"encoding/json"
	"io"
	"strings"

	"github.com/kudoc/kudoc/internal/compile/diag"
)

// HelpURI is where the meaning of a code can be read.
func HelpURI(code string) string {
	return "https://github.com/kudoc/kudoc/blob/main/docs/errors.md#" + strings.ToLower(code)
}

// What SARIF 2.1.0 calls things, as far as it is written here.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		Version        string      `json:"version,omitempty"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID            string         `json:"id"`
		Short         sarifText      `json:"shortDescription"`
		Full          sarifText      `json:"fullDescription"`
		Help          sarifText      `json:"help"`
		HelpURI       string         `json:"helpUri"`
		Configuration sarifConfig    `json:"defaultConfiguration"`
		Properties    map[string]any `json:"properties,omitempty"`
	}
	sarifConfig struct {
		Level string `json:"level"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID    string          `json:"ruleId"`
		RuleIndex *int            `json:"ruleIndex,omitempty"`
		Level     string          `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations,omitempty"`
		Related   []sarifLocation `json:"relatedLocations,omitempty"`
	}
	sarifLocation struct {
		ID       int            `json:"id,omitempty"`
		Physical sarifPhysical  `json:"physicalLocation"`
		Logical  []sarifLogical `json:"logicalLocations,omitempty"`
		Message  *sarifText     `json:"message,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn,omitempty"`
	}
	sarifLogical struct {
		FullyQualifiedName string `json:"fullyQualifiedName"`
	}
)

// sarif writes SARIF 2.1.0, which code scanning services read.
func (r *Report) sarif(w io.Writer) error {
	run := sarifRun{ColumnKind: "unicodeCodePoints", Results: []sarifResult{}, Tool: sarifTool{Driver: sarifDriver{
		Name: "kudoc", Version: r.Version, InformationURI: "https://github.com/kudoc/kudoc", Rules: []sarifRule{},
	}}}
	for _, c := range r.Codes {
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{
			ID: c.Code, Short: sarifText{c.Title}, Full: sarifText{c.Text}, Help: sarifText{c.Text}, HelpURI: HelpURI(c.Code),
			Configuration: sarifConfig{severityName(c.Severity)}, Properties: map[string]any{"tags": []string{string(c.Group)}},
		})
	}
	for _, fw := range r.Frameworks {
		for _, d := range fw.Findings {
			run.Results = append(run.Results, r.result(d))
		}
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(sarifLog{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run}})
}

func (r *Report) result(d *diag.Diagnostic) sarifResult {
	res := sarifResult{RuleID: d.Code, Level: severityName(d.Severity), Message: sarifText{withHint(d)}}
	if i := r.codeIndex(d.Code); i >= 0 {
		res.RuleIndex = &i
	}
	if d.File != "" {
		l := r.location(d.File, d.Line, d.Column)
		if d.Path != "" {
			l.Logical = []sarifLogical{{d.Path}}
		}
		res.Locations = []sarifLocation{l}
	}
	for i, p := range d.Related {
		l := r.location(p.File, p.Line, p.Column)
		l.ID, l.Message = i+1, &sarifText{p.Message}
		res.Related = append(res.Related, l)
	}
	return res
}

func (r *Report) location(file string, line, column int) sarifLocation {
	l := sarifLocation{Physical: sarifPhysical{Artifact: sarifArtifact{URI: r.uri(file)}}}
	if line > 0 {
		l.Physical.Region = &sarifRegion{StartLine: line, StartColumn: r.column(file, line, column)}
	}
	return l
}
