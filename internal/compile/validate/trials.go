package validate

import (
	"maps"
	"math/rand/v2"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// trial is one input to compare.
type trial struct {
	index  int
	params map[string]any
	plan   map[string]map[string]any // parameters of plans
	// previous are the parameters that were set before; nil if nothing was applied before.
	previous map[string]any
	// requires are outputs of required Instances, by requirement.
	requires map[string]map[string]any
	accept   bool
}

// mismatch is one that the trial shows at a place.
func (t *trial) mismatch(at Place) Mismatch {
	return Mismatch{Input: t.params, PlanInput: t.plan[at.Plan], Previous: t.previous, Requires: t.requires, Place: at}
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
	r.previousTrials(out)
	if err := r.requiredTrials(out); err != nil {
		return nil, err
	}
	base := ins.accepted[0]
	for i := range r.Spec.Plans {
		if err := r.planTrials(&r.Spec.Plans[i], base, out); err != nil {
			return nil, err
		}
	}
	out = r.choose(out, r.Inputs)
	r.report.Samples = samples(out, ins.single)
	for _, in := range spread(ins.rejected, r.Inputs) {
		out = append(out, trial{index: len(out), params: in, requires: out[0].requires})
	}
	return out, nil
}

// previousTrials gives most trials parameters that were applied before: the same as now, or those of another trial.
func (r *run) previousTrials(trials []trial) {
	var tasks []*v1alpha1.Task
	for i := range r.Spec.Tasks {
		tasks = append(tasks, &r.Spec.Tasks[i])
	}
	conditions := maps.Clone(r.Spec.Locals)
	for _, p := range r.Spec.Plans {
		for _, ph := range p.Phases {
			for _, s := range ph.Steps {
				if conditions == nil {
					conditions = map[string]string{}
				}
				conditions[p.Name+"/"+ph.Name+"/"+s.Name] = s.When
			}
		}
	}
	if !mentions(conditions, "previous", tasks...) {
		return
	}
	random := seeded(5, 6)
	for i := range trials {
		switch i % 4 {
		case 0: // the first deploy
		case 1:
			trials[i].previous = trials[i].params
		default:
			trials[i].previous = trials[random.IntN(len(trials))].params
		}
	}
}

// requiredTrials gives the trials outputs for each requirement, of which a few must be rejected.
func (r *run) requiredTrials(trials []trial) error {
	for i := range trials {
		trials[i].requires = map[string]map[string]any{}
	}
	for _, q := range r.Spec.Requires {
		set, err := decodeParams(q.Outputs)
		if err != nil {
			return err
		}
		g := &generator{random: seeded(7, 8), open: true, accept: func(given map[string]any) error {
			_, err := r.Program.Required(q.Name, given)
			return err
		}}
		ins := g.generate(set, r.Inputs)
		for i := range trials {
			from := ins.accepted
			if i%5 == 4 && len(ins.rejected) > 0 {
				from = ins.rejected
			}
			trials[i].requires[q.Name] = from[i%len(from)]
		}
	}
	return nil
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
		_, err := r.Program.PlanParams(p.Name, given, r.inputs(effective, trial{}))
		return err
	}}
	ins := g.generate(set, max(r.Inputs/3, 10))
	all := append(ins.accepted, ins.rejected...)
	for i := range trials {
		trials[i].plan[p.Name] = all[i%len(all)]
	}
	return nil
}
