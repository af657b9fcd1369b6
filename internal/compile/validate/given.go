package validate

import "github.com/kudoc/kudoc/internal/compile/validate/difference"

// Given says which parameters a mismatch needs.
func (m *Mismatch) Given() string {
	out := "without parameters"
	if len(m.Input) > 0 {
		out = "with parameters " + difference.Show(m.Input)
	}
	if len(m.PlanInput) > 0 {
		out += " and parameters of the plan " + difference.Show(m.PlanInput)
	}
	if m.Previous != nil {
		out += " after parameters " + difference.Show(m.Previous)
	}
	if len(m.Requires) > 0 {
		out += " and required outputs " + difference.Show(m.Requires)
	}
	return out
}
