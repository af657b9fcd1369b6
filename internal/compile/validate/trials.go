package validate

import (
	"math/rand/v2"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// trial is one input to compare.
type trial struct {
	index  int
	params map[string]any
	plan   map[string]map[string]any // parameters of plans
	accept bool
}

// spare is how many times as many inputs are generated as are compared, to choose from.
const spare = 3

// trials generates the inputs.
func (r *run) trials() ([]trial, error) {
	set, err := decodeParams(r.Spec.Parameters)
	if err != nil {
		return nil, err
	}
	g := &generator{random: seeded(1, 2), accept: func(p map[string]any) error {
		_, err := r.Program.Params(p)
		return err
	}}
	ins := g.generate(set, spare*r.Inputs)
	var out []trial
	for _, in := range ins.accepted {
		out = append(out, trial{index: len(out), params: in, accept: true, plan: map[string]map[string]any{}})
	}
	base := ins.accepted[0]
	for i := range r.Spec.Plans {
		if err := r.planTrials(&r.Spec.Plans[i], base, out); err != nil {
			return nil, err
		}
	}
	out = r.choose(out, r.Inputs)
	for _, in := range spread(ins.rejected, r.Inputs) {
		out = append(out, trial{index: len(out), params: in})
	}
	return out, nil
}

// seeded makes the same numbers in every build.
func seeded(a, b uint64) *rand.Rand {
	return rand.New(rand.NewPCG(a, b)) //nolint:gosec // nothing secret is made: a build must try the same inputs every time
}

// planTrials gives the trials parameters for one plan.
func (r *run) planTrials(p *v1alpha1.Plan, base map[string]any, trials []trial) error {
	if len(p.Parameters) == 0 {
		return nil
	}
	set, err := decodeParams(p.Parameters)
	if err != nil {
		return err
	}
	effective, err := r.Program.Params(base)
	if err != nil {
		effective = map[string]any{}
	}
	g := &generator{random: seeded(3, 4), accept: func(given map[string]any) error {
		_, err := r.Program.PlanParams(p.Name, given, r.inputs(effective))
		return err
	}}
	ins := g.generate(set, max(r.Inputs/3, 10))
	all := append(ins.accepted, ins.rejected...)
	for i := range trials {
		trials[i].plan[p.Name] = all[i%len(all)]
	}
	return nil
}
