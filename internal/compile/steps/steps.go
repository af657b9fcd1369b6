// Package steps takes the phases of a plan apart: what must be a constant, and the conditions of steps, which need not.
package steps

import (
	"encoding/json"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/compile/expr"
)

// Condition is the when of a step.
type Condition struct {
	Phase, Step int
	When        *expr.X
}

// Split returns phases without the conditions of their steps, and these.
func Split(phases *expr.X) (rest *expr.X, conditions []Condition) {
	rest = each(phases, func(i int, phase *expr.X) *expr.X {
		return field(phase, "steps", func(steps *expr.X) *expr.X {
			return each(steps, func(j int, step *expr.X) *expr.X {
				return field(step, "when", func(when *expr.X) *expr.X {
					conditions = append(conditions, Condition{i, j, when})
					return nil
				})
			})
		})
	})
	return rest, conditions
}

// each replaces the elements of a list. Whatever else it is given it returns.
func each(x *expr.X, f func(int, *expr.X) *expr.X) *expr.X {
	if x.IsLit() {
		list, ok := x.Lit.([]any)
		if !ok {
			return x
		}
		out := make([]any, len(list))
		for i := range list {
			y := f(i, expr.Lit(list[i]))
			if out[i] = y.Lit; !y.IsLit() {
				return x
			}
		}
		return expr.Lit(out)
	}
	if x.Op != expr.OpList {
		return x
	}
	out, constants := &expr.X{Op: expr.OpList, Type: x.Type}, []any{}
	for i, p := range x.Parts {
		if p.Val = f(i, p.Val); p.Val.IsLit() && len(p.Clauses) == 0 {
			constants = append(constants, p.Val.Lit)
		}
		out.Parts = append(out.Parts, p)
	}
	if len(constants) == len(x.Parts) {
		return expr.Lit(constants)
	}
	return out
}

// field replaces a field of a struct, or drops it for nil. Whatever else it is given it returns.
func field(x *expr.X, name string, f func(*expr.X) *expr.X) *expr.X {
	if _, isObject := x.Lit.(*expr.Object); !isObject && x.Op != expr.OpObj {
		return x
	}
	out, constant := &expr.X{Op: expr.OpObj, Type: x.Type}, &expr.Object{Vals: map[string]any{}}
	for _, p := range x.Elements() {
		if p.Key == nil || !p.Key.IsLit() || len(p.Clauses) > 0 {
			return x
		}
		key, _ := p.Key.Lit.(string)
		if key == name {
			if p.Val = f(p.Val); p.Val == nil {
				continue
			}
		}
		if out.Parts = append(out.Parts, p); p.Val.IsLit() {
			constant.Keys = append(constant.Keys, key)
			constant.Vals[key] = p.Val.Lit
		}
	}
	if len(constant.Keys) == len(out.Parts) {
		return expr.Lit(constant)
	}
	return out
}

// Phases are constant phases as the cluster stores them.
func Phases(x *expr.X) (out []v1alpha1.Phase, err error) {
	var phases []struct {
		Name, Strategy string
		Steps          []struct {
			Name    string
			Tasks   []string
			Timeout string
			Retries int32
			Always  bool
		}
	}
	b, err := json.Marshal(x.Lit)
	if err == nil {
		err = json.Unmarshal(b, &phases)
	}
	for _, ph := range phases {
		phase := v1alpha1.Phase{Name: ph.Name, Strategy: v1alpha1.Strategy(ph.Strategy)}
		for _, s := range ph.Steps {
			step := v1alpha1.Step{Name: s.Name, Tasks: s.Tasks, Retries: s.Retries, Always: s.Always}
			step.Timeout = Duration(s.Timeout)
			phase.Steps = append(phase.Steps, step)
		}
		out = append(out, phase)
	}
	return out, err
}

// Duration is a duration as the cluster stores it; nil for what is none.
func Duration(text string) *metav1.Duration {
	d, err := time.ParseDuration(text)
	if err != nil {
		return nil
	}
	return &metav1.Duration{Duration: d}
}

// PlanParams are the parameters of the plan that expressions read; true for those about whose presence they ask.
func PlanParams(locals map[string]*expr.X, in ...*expr.X) map[string]bool {
	out := map[string]bool{}
	for _, x := range in {
		expr.Expand(x, locals).Walk(func(y *expr.X) {
			if len(y.Args) == 1 && y.Args[0].Op == expr.OpSel && y.Args[0].Name == "params" && y.Args[0].Args[0].Name == "plan" {
				out[y.Name] = out[y.Name] || y.Op == expr.OpHas
			}
		})
	}
	return out
}
