package validate

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"cuelang.org/go/cue/errors"

	"github.com/kudoc/kudoc/internal/compile/validate/oracle"
)

// How much work is worth a message that is easy to read.
const (
	maxCauses  = 5
	maxShrinks = 150 // inputs that are tried for each
)

var (
	index = regexp.MustCompile(`\[\d+\]`)
	keys  = regexp.MustCompile(`\[[^\]]*\]`)
)

// cause tells mismatches apart that a person would call two mistakes. It leaves out values, which depend on the input.
func (m *Mismatch) cause() string {
	what := ""
	switch {
	case m.Rejected != nil:
		what = "rejected"
		if ps := errors.Positions(m.Rejected); len(ps) > 0 {
			what += ps[0].String()
		}
	case m.Failed != nil:
		parts := strings.SplitN(m.Failed.Error(), ": ", 3)
		what = "failed " + strings.Join(parts[:min(len(parts), 2)], ": ")
	case m.Structure != "":
		what = "structure " + m.Differences[0].Under + " " + keys.ReplaceAllString(m.Structure, "[]")
	case len(m.Differences) > 0:
		what = "different " + index.ReplaceAllString(m.Differences[0].Under, "[]")
	}
	return m.Place.What() + " " + what
}

// explained is one mismatch for each cause, with the smallest input that was found to show it.
func (r *run) explained(o *oracle.Oracle) []Mismatch {
	var out []Mismatch
	seen := map[string]bool{}
	for _, m := range r.report.Mismatches {
		if c := m.cause(); !seen[c] && len(out) < maxCauses {
			seen[c] = true
			out = append(out, r.shrunk(o, m))
		}
	}
	return out
}

// shrunk replaces the input by smaller ones as long as the same mismatch remains.
func (r *run) shrunk(o *oracle.Oracle, m Mismatch) Mismatch {
	tries, cause := 0, m.cause()
	shows := func(given, plan, previous map[string]any) bool {
		tries++
		again := &run{Subject: r.Subject, uses: r.uses, steps: r.steps, distinct: r.distinct, only: &use{plan: m.Place.Plan, phase: m.Place.Phase, step: m.Place.Step}}
		again.guarded(o, trial{params: given, plan: map[string]map[string]any{m.Place.Plan: plan}, previous: previous, requires: m.Requires})
		for _, x := range again.report.Mismatches {
			if x.cause() == cause {
				m = x
				return true
			}
		}
		return false
	}
	for smaller := true; smaller && tries < maxShrinks; {
		smaller = false
		for _, v := range smallerMaps(m.Input, 0) {
			if smaller = tries < maxShrinks && shows(v, m.PlanInput, m.Previous); smaller {
				break
			}
		}
		for _, v := range smallerMaps(m.PlanInput, 0) {
			if smaller || tries >= maxShrinks {
				break
			}
			smaller = shows(m.Input, v, m.Previous)
		}
		for _, v := range smallerPrevious(m.Previous) {
			if smaller || tries >= maxShrinks {
				break
			}
			smaller = shows(m.Input, m.PlanInput, v)
		}
	}
	return m
}

// smallerPrevious is nothing at all, or less.
func smallerPrevious(v map[string]any) []map[string]any {
	if v == nil {
		return nil
	}
	return append([]map[string]any{nil}, smallerMaps(v, 0)...)
}

// smallerValues are values that are simpler than v, the simplest first.
func smallerValues(v any, depth int) []any {
	var out []any
	switch v := v.(type) {
	case bool:
		if v {
			out = append(out, false)
		}
	case int64:
		out = smallerIntegers(v)
	case float64:
		if v != 0 {
			out = append(out, int64(0))
		}
	case string:
		out = smallerStrings(v)
	case []any:
		out = smallerLists(v, depth)
	case map[string]any:
		for _, m := range smallerMaps(v, depth) {
			out = append(out, m)
		}
	}
	return out
}

func smallerIntegers(v int64) []any {
	var out []any
	if v != 0 {
		out = append(out, int64(0))
	}
	if v != 0 && v != 1 {
		out = append(out, int64(1))
	}
	if v > 2 || v < -2 {
		out = append(out, v/2, v-v/max(v, -v))
	}
	return out
}

func smallerStrings(v string) []any {
	runes := []rune(v)
	if len(runes) == 0 {
		return nil
	}
	out := []any{""}
	if len(runes) > 3 {
		out = append(out, string(runes[:len(runes)/2]), string(runes[len(runes)/2:]))
	}
	if len(runes) > 1 {
		out = append(out, string(runes[1:]), string(runes[:len(runes)-1]))
	}
	return out
}

func smallerLists(v []any, depth int) []any {
	if len(v) == 0 || depth > 8 {
		return nil
	}
	out := []any{[]any{}}
	for i := range v {
		if len(v) > 1 {
			out = append(out, slices.Delete(slices.Clone(v), i, i+1))
		}
	}
	for i := range v {
		for _, x := range smallerValues(v[i], depth+1) {
			c := slices.Clone(v)
			c[i] = x
			out = append(out, c)
		}
	}
	return out
}

// smallerMaps lose a field, or have a field that is smaller.
func smallerMaps(v map[string]any, depth int) []map[string]any {
	if depth > 8 {
		return nil
	}
	var out []map[string]any
	keys := slices.Sorted(maps.Keys(v))
	for _, k := range keys {
		c := maps.Clone(v)
		delete(c, k)
		out = append(out, c)
	}
	for _, k := range keys {
		for _, x := range smallerValues(v[k], depth+1) {
			c := maps.Clone(v)
			c[k] = x
			out = append(out, c)
		}
	}
	return out
}

// Place is what was compared, and where.
type Place struct {
	Task              string // or "" for what follows
	Requirement       string // the outputs that it reads
	Outputs           bool
	When              bool   // the condition of the step
	Plan, Phase, Step string // without a phase: the parameters of the plan; without a plan: of the framework
}

// What names the thing without the step.
func (p Place) What() string {
	switch {
	case p.Task != "":
		return fmt.Sprintf("task %q", p.Task)
	case p.Requirement != "":
		return fmt.Sprintf("outputs of requirement %q", p.Requirement)
	case p.Outputs:
		return "outputs"
	case p.When:
		return "when"
	case p.Phase == "" && p.Plan != "":
		return fmt.Sprintf("parameters of plan %q", p.Plan)
	case p.Phase != "":
		return "inputs"
	}
	return "parameters"
}

// In names the step, or is empty.
func (p Place) In() string {
	if p.Phase == "" {
		return ""
	}
	return p.Plan + "/" + p.Phase + "/" + p.Step
}
