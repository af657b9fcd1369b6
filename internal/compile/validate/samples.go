package validate

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/kudoc/kudoc/internal/compile/validate/difference"
	"github.com/kudoc/kudoc/internal/render"
)

// Sample is an input that the parameters accept, for those who look at what a framework makes of its inputs.
type Sample struct {
	// Params are the parameters that are set, Plans those of plans, which may be wrong.
	Params map[string]any
	Plans  map[string]map[string]any
	// Previous are the parameters that were set before; nil if none were applied before.
	Previous map[string]any
	// Requires are outputs of required Instances, by requirement, which may be wrong.
	Requires map[string]map[string]any
	// Changed is the path of the parameter in which alone Params differ from those of the first sample, if there is one.
	Changed []string
}

// How many values of one parameter samples have, and all parameters together unless there are more of them.
const (
	alternatives = 3
	changes      = 100
)

// samples are the smallest input first, then the changes of one parameter at a time, then inputs that take every side of the
// conditions.
func samples(trials []trial, single []candidate) []Sample {
	first := trials[0]
	out := []Sample{{Params: first.params, Plans: first.plan, Requires: first.requires}}
	var keys []string
	of := map[string][]Sample{}
	for _, c := range single {
		key := strings.Join(c.path, ".")
		params := apply(first.params, c)
		if reflect.DeepEqual(params, first.params) {
			continue
		}
		if of[key] == nil {
			keys = append(keys, key)
		}
		of[key] = append(of[key], Sample{Params: params, Plans: first.plan, Previous: first.params, Requires: first.requires, Changed: c.path})
	}
	for _, key := range keys {
		out = append(out, some(of[key], max(1, min(alternatives, changes/len(keys))))...)
	}
	for _, t := range trials[1:] {
		out = append(out, Sample{Params: t.params, Plans: t.plan, Previous: t.previous, Requires: t.requires})
	}
	return out
}

// some are n from everywhere in a list, the first and the last, which is the oddest, among them.
func some(in []Sample, n int) []Sample {
	if len(in) <= n || n < 2 {
		return in[:min(n, len(in))]
	}
	var out []Sample
	for i := range n {
		out = append(out, in[i*(len(in)-1)/(n-1)])
	}
	return out
}

// Simpler are samples that differ in less from a simple one.
func (s *Sample) Simpler(simple *Sample) []Sample {
	var out []Sample
	if s.Previous != nil && s.Changed == nil {
		c := *s
		c.Previous = nil
		out = append(out, c)
	}
	for _, params := range simpler(s.Params, simple.Params) {
		c := *s
		c.Params = params
		out = append(out, c)
	}
	for _, plan := range slices.Sorted(maps.Keys(s.Plans)) {
		for _, params := range simpler(s.Plans[plan], simple.Plans[plan]) {
			c := *s
			c.Plans = maps.Clone(s.Plans)
			c.Plans[plan] = params
			out = append(out, c)
		}
	}
	return out
}

// simpler are parameters that differ in less from plain ones, or by smaller values.
func simpler(params, plain map[string]any) []map[string]any {
	var out []map[string]any
	own := differing(params, plain)
	for _, less := range smallerMaps(own, 0) {
		c := maps.Clone(params)
		for k := range own {
			delete(c, k)
			if v, is := plain[k]; is {
				c[k] = v
			}
		}
		maps.Copy(c, less)
		out = append(out, c)
	}
	return out
}

// Given says in which parameters a sample differs from the one that needs no mention, or is empty.
func (s *Sample) Given(simple *Sample, plan string) string {
	out := ""
	if own := differing(s.Params, simple.Params); len(own) > 0 {
		out = "with parameters " + difference.Show(own)
	}
	if own := differing(s.Plans[plan], simple.Plans[plan]); len(own) > 0 {
		if out != "" {
			out += " and "
		}
		out += "with parameters of the plan " + difference.Show(own)
	}
	return out
}

func differing(params, plain map[string]any) map[string]any {
	out := map[string]any{}
	for k, v := range params {
		if old, had := plain[k]; !had || !reflect.DeepEqual(v, old) {
			out[k] = v
		}
	}
	return out
}

// inputsOf are the inputs that the controller provides, with strings that show where they end up.
func inputsOf(program *render.Program, params, given map[string]any) render.Inputs {
	var previous map[string]any
	if given != nil {
		previous, _ = program.Params(given) // an input that is not accepted was never applied
	}
	return render.Inputs{
		Params:    params,
		Previous:  previous,
		Instance:  render.InstanceInfo{Name: "my-instance", Namespace: "some-namespace", UID: "11111111-2222-3333-4444-555555555555"},
		Execution: render.ExecutionInfo{Name: "my-execution", UID: "66666666-7777-8888-9999-000000000000"},
	}
}

// Required is what a framework reads of the outputs of required Instances.
func Required(program *render.Program, outputs map[string]map[string]any) (map[string]any, error) {
	out := map[string]any{}
	for name, given := range outputs {
		read, err := program.Required(name, given)
		if err != nil {
			return nil, err
		}
		out[name] = read
	}
	return out, nil
}

// Inputs are those that show a mismatch in a step.
func (m *Mismatch) Inputs(program *render.Program) (render.Inputs, error) {
	params, err := program.Params(m.Input)
	if err != nil {
		return render.Inputs{}, err
	}
	in := inputsOf(program, params, m.Previous)
	if in.Requires, err = Required(program, m.Requires); err != nil {
		return render.Inputs{}, err
	}
	in.Plan.Name, in.Phase, in.Step = m.Place.Plan, m.Place.Phase, m.Place.Step
	in.Plan.Params, err = program.PlanParams(m.Place.Plan, m.PlanInput, in)
	return in, err
}
