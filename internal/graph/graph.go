// Package graph draws the plans of a framework version: which phases and steps they have, what runs together, which objects are
// made, and what runs a plan.
//
//	graph.go    the version -> what there is to draw
//	starts.go   what runs a plan
//	objects.go  the objects of a task, as they are for the defaults
//	standin.go  values for what has no default
//	text.go     what the next two have in common
//	mermaid.go  text that GitHub and many editors draw
//	dot.go      text for Graphviz
//	layout.go   where cards, phases and plans are
//	card.go     the card of a step
//	picture.go  shapes with places, and how wide text is
//	svg.go      the picture
//
// It is pure, and the same version is drawn the same to the byte.
package graph

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// Formats are what a graph can be drawn as.
var Formats = []string{"mermaid", "svg", "dot"}

// Graph is what there is to draw.
type Graph struct {
	Name, Version, Description string
	Requires                   []Requirement
	Plans                      []Plan
}

// Requirement is a framework of which an instance needs one.
type Requirement struct {
	Name, Framework, Range string
	Outputs                []string
}

// Plan is a plan and what runs it.
type Plan struct {
	Name     string
	Parallel bool // of several phases
	Starts   []string
	Params   []string
	Phases   []Phase
}

// Phase is a group of steps.
type Phase struct {
	Name     string
	Parallel bool // of several steps
	Steps    []Step
}

// Step is what is done at once.
type Step struct {
	Name  string
	When  string
	Notes []string // how long it may take, how often it is tried
	Tasks []Task
}

// Task is what happens to some objects.
type Task struct {
	Name    string
	Verb    string // apply, run or delete
	Objects []Object
}

// Object is an object by its kind, and its name for an instance with the name of the framework.
type Object struct {
	Kind, Name string
	// Sometimes says that the object is not there for the defaults.
	Sometimes bool
}

// Of is the graph of a version, or of one of its plans.
func Of(f *v1alpha1.Framework, v *v1alpha1.FrameworkVersion, plan string) (*Graph, error) {
	spec := &v.Spec
	g := &Graph{Name: spec.Framework, Version: spec.Version, Description: f.Spec.Description}
	for _, r := range spec.Requires {
		q := Requirement{Name: r.Name, Framework: r.Framework, Range: r.Version}
		for _, o := range r.Outputs {
			q.Outputs = append(q.Outputs, o.Name)
		}
		g.Requires = append(g.Requires, q)
	}
	made, err := makerOf(spec)
	if err != nil {
		return nil, err
	}
	for i := range spec.Plans {
		if p := &spec.Plans[i]; plan == "" || p.Name == plan {
			g.Plans = append(g.Plans, planOf(spec, p, made))
		}
	}
	slices.SortStableFunc(g.Plans, func(a, b Plan) int { return cmp.Compare(rank(a.Name), rank(b.Name)) })
	if len(g.Plans) == 0 {
		return nil, fmt.Errorf("there is no plan %q", plan)
	}
	return g, nil
}

// rank puts the plans into the order of the life of an instance.
func rank(plan string) int {
	switch plan {
	case v1alpha1.PlanDeploy:
		return 0
	case v1alpha1.PlanUpdate:
		return 1
	case v1alpha1.PlanUpgrade:
		return 2
	case v1alpha1.PlanCleanup:
		return 4
	}
	return 3
}

func planOf(spec *v1alpha1.FrameworkVersionSpec, p *v1alpha1.Plan, made *maker) Plan {
	out := Plan{Name: p.Name, Parallel: p.Strategy == v1alpha1.Parallel && len(p.Phases) > 1, Starts: starts(spec, p.Name)}
	for _, q := range p.Parameters {
		out.Params = append(out.Params, q.Name)
	}
	for _, ph := range p.Phases {
		phase := Phase{Name: ph.Name, Parallel: ph.Strategy == v1alpha1.Parallel && len(ph.Steps) > 1}
		for _, s := range ph.Steps {
			step := Step{Name: s.Name, When: s.When, Notes: notes(&s)}
			for _, t := range s.Tasks {
				step.Tasks = append(step.Tasks, made.task(t, p.Name, ph.Name, s.Name))
			}
			phase.Steps = append(phase.Steps, step)
		}
		out.Phases = append(out.Phases, phase)
	}
	return out
}

// defaultTimeout is that of a step which does not say one: to mention it would say nothing.
const defaultTimeout = 10 * time.Minute

func notes(s *v1alpha1.Step) []string {
	var out []string
	if s.Timeout != nil && s.Timeout.Duration != defaultTimeout {
		out = append(out, "at most "+short(s.Timeout.Duration))
	}
	switch {
	case s.Retries == 1:
		out = append(out, "1 retry")
	case s.Retries > 1:
		out = append(out, fmt.Sprintf("%d retries", s.Retries))
	}
	return out
}

// short is a duration without what is zero: 1h30m.
func short(d time.Duration) string {
	var out string
	for _, u := range []struct {
		size time.Duration
		name string
	}{{time.Hour, "h"}, {time.Minute, "m"}, {time.Second, "s"}} {
		if n := d / u.size; n > 0 {
			out += fmt.Sprintf("%d%s", n, u.name)
			d -= n * u.size
		}
	}
	return out
}

// As draws the graph in one of the formats.
func (g *Graph) As(format string) string {
	switch format {
	case "svg":
		return g.SVG()
	case "dot":
		return g.Dot()
	}
	return g.Mermaid()
}
