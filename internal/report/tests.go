package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/kudoc/kudoc/internal/compile/diag"
	"github.com/kudoc/kudoc/internal/testrun/outcome"
)

// Tests is what became of the tests of some frameworks.
type Tests struct {
	Report
	Suites []outcome.Suite
	// Verbose lists the tests that passed, too.
	Verbose bool
	// Missed lists what no test reached.
	Missed bool
}

// FormatsOfTests are the names of the formats of tests for programs.
func FormatsOfTests() []string { return []string{"json", "junit"} }

// Write renders what became of tests in a format for programs.
func (t *Tests) Write(w io.Writer, format string) error {
	switch format {
	case "json":
		return t.json(w)
	case "junit":
		return t.junit(w)
	}
	return fmt.Errorf("format %q is none of %s", format, strings.Join(FormatsOfTests(), ", "))
}

// Suite renders the tests of a framework for people: failures first, then a line about all of them. Findings are not among
// them: they are printed elsewhere.
func (t *Tests) Suite(s *outcome.Suite) string {
	var b strings.Builder
	for i := range s.Tests {
		test := &s.Tests[i]
		for _, f := range test.Failures {
			fmt.Fprintf(&b, "%s: test %q: %s", t.at(f.Place), test.Name, failureText(f))
		}
		if len(test.Failures) == 0 && t.Verbose {
			fmt.Fprintf(&b, "%s: test %q passed\n", t.at(test.Place), test.Name)
		}
	}
	if t.Missed && len(s.Tests) > 0 {
		for _, m := range s.Coverage.Missed {
			if m.File == "" {
				m.File = s.Dir
			}
			fmt.Fprintf(&b, "%s: %s\n", t.at(m.Place), m.What)
		}
	}
	dir := t.path(s.Dir)
	switch n := s.Failures(); {
	case s.Findings.HasErrors():
		fmt.Fprintf(&b, "FAIL  %s: no test was run\n", dir)
	case len(s.Tests) == 0 && s.Written > 0:
		fmt.Fprintf(&b, "-     %s: none of %s was chosen\n", dir, plural(s.Written, "test"))
	case len(s.Tests) == 0:
		fmt.Fprintf(&b, "-     %s: no tests\n", dir)
	case n > 0:
		fmt.Fprintf(&b, "FAIL  %s: %d of %s failed; %s\n", dir, n, plural(len(s.Tests), "test"), coverageText(&s.Coverage))
	default:
		fmt.Fprintf(&b, "ok    %s: %s; %s\n", dir, plural(len(s.Tests), "test"), coverageText(&s.Coverage))
	}
	return b.String()
}

// coverageText says how much was reached.
func coverageText(c *outcome.Coverage) string {
	return fmt.Sprintf("%d of %d sides of conditions, %d of %d objects, %d of %d steps", c.Conditions.Reached, c.Conditions.Of,
		c.Objects.Reached, c.Objects.Of, c.Steps.Reached, c.Steps.Of)
}

// failureText is a failure with the lines that differ below it.
func failureText(f outcome.Failure) string {
	text := f.Message + "\n"
	for line := range strings.Lines(f.Diff) {
		text += "\t" + line
	}
	return text
}

// at is a place relative to the base.
func (t *Tests) at(p outcome.Place) string {
	text := Text{Base: t.Base}
	if p.File == "" {
		return "-"
	}
	return text.place(p.File, p.Line, p.Column)
}

// TestDocument is the JSON format of tests.
type TestDocument struct {
	// Version is that of this format.
	Version int `json:"version"`
	// Kudoc is the version of the program.
	Kudoc      string          `json:"kudoc"`
	Frameworks []TestFramework `json:"frameworks"`
	Summary    TestTotals      `json:"summary"`
}

// TestFramework is the tests of a framework in the JSON format.
type TestFramework struct {
	Framework string    `json:"framework"`
	Findings  []Finding `json:"findings"`
	Tests     []TestRun `json:"tests"`
	Coverage  *Coverage `json:"coverage,omitempty"`
}

// TestRun is a test in the JSON format.
type TestRun struct {
	Name string `json:"name"`
	TestPlace
	Passed   bool          `json:"passed"`
	Failures []TestFailure `json:"failures,omitempty"`
}

// TestFailure is an expectation that was not met.
type TestFailure struct {
	TestPlace
	Message string `json:"message"`
	Diff    string `json:"diff,omitempty"`
}

// TestPlace is where it is written.
type TestPlace struct {
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
}

// Coverage is what the tests reached.
type Coverage struct {
	Conditions Reached   `json:"conditions"`
	Objects    Reached   `json:"objects"`
	Steps      Reached   `json:"steps"`
	Missed     []NotSeen `json:"missed"`
}

// Reached is how many of how many.
type Reached struct {
	Reached int `json:"reached"`
	Of      int `json:"of"`
}

// NotSeen is what no test reached.
type NotSeen struct {
	TestPlace
	What string `json:"what"`
}

// TestTotals are how many tests there were, and how many failed. Findings are the errors that kept tests from being run.
type TestTotals struct {
	Tests    int `json:"tests"`
	Failures int `json:"failures"`
	Findings int `json:"findings"`
}

func (t *Tests) json(w io.Writer) error {
	doc := TestDocument{Version: jsonVersion, Kudoc: t.Version, Frameworks: []TestFramework{}}
	for i := range t.Suites {
		s := &t.Suites[i]
		doc.Summary.Tests += len(s.Tests)
		doc.Summary.Failures += s.Failures()
		doc.Summary.Findings += s.Findings.Count(diag.SeverityError)
		doc.Frameworks = append(doc.Frameworks, t.framework(s))
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(doc)
}

func (t *Tests) framework(s *outcome.Suite) TestFramework {
	of := t.Report
	of.Frameworks = []Framework{{Dir: s.Dir, Findings: s.Findings}}
	out := TestFramework{Framework: t.path(s.Dir), Findings: of.document().Findings, Tests: []TestRun{}}
	place := func(p outcome.Place) TestPlace { return TestPlace{t.path(p.File), p.Line, p.Column} }
	for _, test := range s.Tests {
		r := TestRun{Name: test.Name, TestPlace: place(test.Place), Passed: len(test.Failures) == 0}
		for _, f := range test.Failures {
			r.Failures = append(r.Failures, TestFailure{place(f.Place), f.Message, f.Diff})
		}
		out.Tests = append(out.Tests, r)
	}
	if len(s.Tests) > 0 {
		c := &s.Coverage
		out.Coverage = &Coverage{Reached(c.Conditions), Reached(c.Objects), Reached(c.Steps), []NotSeen{}}
		for _, m := range c.Missed {
			out.Coverage.Missed = append(out.Coverage.Missed, NotSeen{place(m.Place), m.What})
		}
	}
	return out
}

// junit writes a suite for each framework and a case for each test. What kept tests from being run is a case that failed.
func (t *Tests) junit(w io.Writer) error {
	all := testSuites{Name: "kudoc test"}
	for i := range t.Suites {
		s := &t.Suites[i]
		suite := testSuite{Name: t.path(s.Dir), Tests: len(s.Tests), Failures: s.Failures()}
		for j := range s.Tests {
			suite.Cases = append(suite.Cases, t.testCase(suite.Name, &s.Tests[j]))
		}
		if s.Findings.HasErrors() {
			text := Text{Base: t.Base}
			suite.Tests, suite.Failures = suite.Tests+1, suite.Failures+1
			suite.Cases = append(suite.Cases, testCase{Name: "tests can be run", Class: suite.Name, Failure: &failure{
				Message: withHint(s.Findings.FirstError()), Type: "error", Text: text.Findings(s.Findings),
			}})
		}
		all.Tests += suite.Tests
		all.Failures += suite.Failures
		all.Suites = append(all.Suites, suite)
	}
	return all.write(w)
}

func (t *Tests) testCase(class string, test *outcome.Test) testCase {
	c := testCase{Name: test.Name, Class: class, File: t.path(test.File), Line: test.Line}
	if len(test.Failures) > 0 {
		c.Failure = &failure{Message: test.Failures[0].Message, Type: "failure"}
		for _, f := range test.Failures {
			c.Failure.Text += t.at(f.Place) + ": " + failureText(f)
		}
	}
	return c
}
