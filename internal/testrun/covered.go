package testrun

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/compile/source"
	"github.com/kudoc/kudoc/internal/testrun/outcome"
)

// reached is what the tests have reached until now.
type reached struct {
	objects map[string]bool
	steps   map[stepKey]bool
}

type stepKey struct{ plan, phase, step string }

func newReached() reached { return reached{map[string]bool{}, map[stepKey]bool{}} }

func (r *reached) object(task, id string) {
	r.objects[task+"/"+id] = true
	r.objects[task+"/"] = true // one whose id is computed
}

// coverage says what was reached, and what was not at which places.
func (r *session) coverage() outcome.Coverage {
	c := r.probe.Coverage()
	out := outcome.Coverage{Conditions: outcome.Count{Reached: c.Taken, Of: c.Sides}}
	for _, m := range c.Missed {
		missed := outcome.Missed{Place: outcome.Place{File: m.File, Line: m.Line, Column: m.Column}, What: "condition " + m.String()}
		if m.File == "" && m.Task != "" {
			missed.Place = outcome.At(r.locate("tasks", m.Task))
		}
		out.Missed = append(out.Missed, missed)
	}
	for i := range r.spec.Tasks {
		r.coverTask(&r.spec.Tasks[i], &out)
	}
	for i := range r.spec.Plans {
		r.coverPlan(&r.spec.Plans[i], &out)
	}
	slices.SortStableFunc(out.Missed, func(a, b outcome.Missed) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), strings.Compare(a.What, b.What))
	})
	out.Missed = slices.Compact(out.Missed)
	return out
}

func (r *session) coverTask(t *v1alpha1.Task, out *outcome.Coverage) {
	for _, o := range t.Objects {
		out.Objects.Of++
		if r.reached.objects[t.Name+"/"+o.ID] {
			out.Objects.Reached++
			continue
		}
		verb := t.Kind.Field()
		what, pos := fmt.Sprintf("object of task %q is never rendered", t.Name), r.locate("tasks", t.Name, verb)
		if o.ID != "" && t.Kind.Keyed() {
			what, pos = fmt.Sprintf("object %q of task %q is never rendered", o.ID, t.Name), r.locate("tasks", t.Name, verb, o.ID)
		}
		out.Missed = append(out.Missed, outcome.Missed{Place: outcome.At(pos), What: what})
	}
}

func (r *session) coverPlan(p *v1alpha1.Plan, out *outcome.Coverage) {
	for _, ph := range p.Phases {
		for _, s := range ph.Steps {
			out.Steps.Of++
			if r.reached.steps[stepKey{p.Name, ph.Name, s.Name}] {
				out.Steps.Reached++
				continue
			}
			out.Missed = append(out.Missed, outcome.Missed{
				Place: outcome.At(r.locate("plans", p.Name)), What: fmt.Sprintf("step %s/%s of plan %q never runs", ph.Name, s.Name, p.Name),
			})
		}
	}
}

func (r *session) locate(path ...string) token.Pos { return source.Locate(r.files, path) }
