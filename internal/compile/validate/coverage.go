package validate

import (
	"fmt"
	"slices"
	"strings"
)

// String is what was compared and what was not reached, for people.
func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d inputs, %d comparisons; %d of %d sides of conditions were taken", r.Inputs, r.Comparisons, r.Coverage.Taken, r.Coverage.Sides)
	for _, m := range r.Coverage.Missed {
		b.WriteString("\n  " + m.String())
	}
	return b.String()
}

// choose keeps n of the trials, or more if it takes more to take every side that any of them takes: the first of all, those
// that take a side that no other took before, and of the rest some from everywhere.
func (r *run) choose(trials []trial, n int) []trial {
	var kept, rest []trial
	for i, t := range trials {
		if fresh := r.take(t); fresh || i == 0 {
			kept = append(kept, t)
		} else {
			rest = append(rest, t)
		}
	}
	kept = append(kept, spread(rest, max(0, n-len(kept)))...)
	slices.SortFunc(kept, func(a, b trial) int { return a.index - b.index })
	return kept
}

// spread takes n elements from everywhere in a list.
func spread[T any](in []T, n int) []T {
	if n >= len(in) {
		return in
	}
	out := make([]T, 0, n)
	for i := range n {
		out = append(out, in[i*len(in)/n])
	}
	return out
}

// take notes the sides that a trial takes in the steps in which it is tried, and reports whether one of them is new.
func (r *run) take(t trial) (fresh bool) {
	params, err := r.Program.Params(t.params)
	if err != nil {
		return false
	}
	for _, u := range r.contexts(t.index) {
		in := r.inputs(params, t)
		in.Plan.Name, in.Phase, in.Step = u.plan, u.phase, u.step
		if in.Plan.Params, err = r.Program.PlanParams(u.plan, t.plan[u.plan], in); err == nil {
			fresh = r.probe.Take(in, nil) || fresh
		}
	}
	return fresh
}
