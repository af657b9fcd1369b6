package validate

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/compile/expr"
	"github.com/kudoc/kudoc/internal/render"
)

// Coverage says which ways the conditions of the templates went.
type Coverage struct {
	// Sides counts two for each condition, Taken those that some input took.
	Sides, Taken int
	// Missed are the conditions that no input makes true, or false.
	Missed []Missed
}

// Missed is a side of a condition that no input reaches.
type Missed struct {
	Condition string
	Value     bool // that it never has
}

// String is the side for people.
func (m Missed) String() string { return fmt.Sprintf("%s is never %t", m.Condition, m.Value) }

// String is what was compared and what was not reached, for people.
func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d inputs, %d comparisons; %d of %d sides of conditions were taken", r.Inputs, r.Comparisons, r.Coverage.Taken, r.Coverage.Sides)
	for _, m := range r.Coverage.Missed {
		b.WriteString("\n  " + m.String())
	}
	return b.String()
}

// probe tells which sides of the conditions an input takes: a program of a task for each side, which has an object if the
// side is taken.
type probe struct {
	branches []expr.Branch
	program  *render.Program
	taken    map[int]bool
}

func newProbe(spec *v1alpha1.FrameworkVersionSpec, branches []expr.Branch) (*probe, error) {
	own := *spec
	own.Tasks, own.Outputs = nil, nil
	for i, b := range branches {
		for j, side := range []*expr.X{b.Then, b.Else} {
			raw, err := json.Marshal(map[string]any{"$if": expr.Printer{}.Print(side), "$then": map[string]any{}})
			if err != nil {
				return nil, err
			}
			t := v1alpha1.Task{Name: strconv.Itoa(2*i + j), Kind: v1alpha1.TaskRun, Objects: []v1alpha1.ObjectTemplate{{ID: "taken"}}}
			t.Objects[0].Template.Raw = raw
			own.Tasks = append(own.Tasks, t)
		}
	}
	program, err := render.Load(&own)
	if err != nil {
		return nil, fmt.Errorf("conditions: %w", err)
	}
	return &probe{branches: branches, program: program, taken: map[int]bool{}}, nil
}

// sides are those that an input takes. What cannot be evaluated is not taken.
func (p *probe) sides(in render.Inputs) []int {
	r, err := p.program.With(in)
	if err != nil {
		return nil
	}
	var out []int
	for i := range 2 * len(p.branches) {
		if objects, err := r.Objects(strconv.Itoa(i)); err == nil && len(objects) > 0 {
			out = append(out, i)
		}
	}
	return out
}

// choose keeps n of the trials, or more if it takes more to take every side that any of them takes: the first of all, those
// that take a side that no other took before, and of the rest some from everywhere.
func (r *run) choose(trials []trial, n int) []trial {
	var kept, rest []trial
	for i, t := range trials {
		fresh := i == 0
		for _, side := range r.sidesOf(t) {
			fresh = fresh || !r.probe.taken[side]
			r.probe.taken[side] = true
		}
		if fresh {
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

// sidesOf are the sides that a trial takes in the steps in which it is tried.
func (r *run) sidesOf(t trial) []int {
	params, err := r.Program.Params(t.params)
	if err != nil {
		return nil
	}
	var out []int
	for _, u := range r.contexts(t.index) {
		in := r.inputs(params, t)
		in.Plan.Name, in.Phase, in.Step = u.plan, u.phase, u.step
		if in.Plan.Params, err = r.Program.PlanParams(u.plan, t.plan[u.plan], in); err == nil {
			out = append(out, r.probe.sides(in)...)
		}
	}
	return out
}

func (p *probe) coverage() Coverage {
	c := Coverage{Sides: 2 * len(p.branches), Taken: len(p.taken)}
	for i, b := range p.branches {
		for j, value := range []bool{true, false} {
			if !p.taken[2*i+j] {
				c.Missed = append(c.Missed, Missed{b.Condition, value})
			}
		}
	}
	return c
}
