package report

import (
	"encoding/xml"
	"fmt"
	"io"

	"github.com/kudoc/kudoc/internal/compile/diag"
)

// The elements of JUnit's XML that every reader knows.
type (
	testSuites struct {
		XMLName  xml.Name    `xml:"testsuites"`
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Suites   []testSuite `xml:"testsuite"`
	}
	testSuite struct {
		Name     string     `xml:"name,attr"`
		Tests    int        `xml:"tests,attr"`
		Failures int        `xml:"failures,attr"`
		Errors   int        `xml:"errors,attr"`
		Skipped  int        `xml:"skipped,attr"`
		Cases    []testCase `xml:"testcase"`
		Output   string     `xml:"system-out,omitempty"`
	}
	testCase struct {
		Name    string   `xml:"name,attr"`
		Class   string   `xml:"classname,attr"`
		File    string   `xml:"file,attr,omitempty"`
		Line    int      `xml:"line,attr,omitempty"`
		Failure *failure `xml:"failure"`
	}
	failure struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
)

// junit writes a suite for each framework. Readers show one failure of a test, so that every finding that fails is a test of
// its own; a framework without any has one test that passes. What does not fail is output.
func (r *Report) junit(w io.Writer) error {
	all := testSuites{Name: "kudoc vet"}
	text := Text{Base: r.Base}
	for _, fw := range r.Frameworks {
		s := testSuite{Name: r.path(fw.Dir)}
		for _, d := range fw.Findings {
			if d.Severity != diag.SeverityError && (d.Severity != diag.SeverityWarning || !r.Strict) {
				s.Output += text.Finding(d)
				continue
			}
			name := d.Code
			if d.File != "" {
				name += " " + text.place(d.File, d.Line, d.Column)
			}
			s.Failures++
			s.Cases = append(s.Cases, testCase{Name: name, Class: s.Name, File: r.path(d.File), Line: d.Line, Failure: &failure{
				Message: withHint(d), Type: d.Severity.String(), Text: text.Finding(d),
			}})
		}
		if s.Failures == 0 {
			s.Cases = []testCase{{Name: "vet", Class: s.Name}}
		}
		s.Tests = len(s.Cases)
		all.Tests += s.Tests
		all.Failures += s.Failures
		all.Suites = append(all.Suites, s)
	}
	return all.write(w)
}

func (all *testSuites) write(w io.Writer) error {
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(all); err != nil {
		return err
	}
	_, err := fmt.Fprintln(w)
	return err
}
