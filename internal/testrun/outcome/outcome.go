// Package outcome is what became of the tests of frameworks. It is plain data, between those who run tests and those who
// print what came of it.
package outcome

import (
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/diag"
)

// Suite is what became of the tests of one framework.
type Suite struct {
	Dir string
	// Written is how many tests there are, those that were not chosen included.
	Written int
	// Findings are what is wrong with the framework, or with what is written in its tests. With errors, no test was run.
	Findings diag.Diagnostics
	// Tests are in the order in which they are written.
	Tests    []Test
	Coverage Coverage
	// Golden are the golden files as they should be, by name.
	Golden map[string][]byte
}

// Test is what became of a test.
type Test struct {
	Name string
	Place
	// Failures are sorted by place.
	Failures []Failure
}

// Failure is an expectation that was not met.
type Failure struct {
	Place
	Message string
	// Diff is the lines that differ, where one line cannot say it.
	Diff string
}

// Place is where the author wrote something.
type Place struct {
	File         string
	Line, Column int
}

// At is a position of CUE, or no place.
func At(pos token.Pos) Place {
	if !pos.IsValid() {
		return Place{}
	}
	return Place{pos.Filename(), pos.Line(), pos.Column()}
}

// Coverage says what of a framework the tests reached.
type Coverage struct {
	// Conditions count two sides for each condition in the templates; Objects the templates; Steps
	// those of all plans.
	Conditions, Objects, Steps Count
	// Missed is what no test reached, sorted by place.
	Missed []Missed
}

// Count is how many of how many were reached.
type Count struct{ Reached, Of int }

// Missed is something that no test reached.
type Missed struct {
	Place
	What string
}

// Failed says whether something is wrong.
func (s *Suite) Failed() bool { return s.Findings.HasErrors() || s.Failures() > 0 }

// Failures is the number of tests that failed.
func (s *Suite) Failures() int {
	n := 0
	for i := range s.Tests {
		if len(s.Tests[i].Failures) > 0 {
			n++
		}
	}
	return n
}
