package validate

import (
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Sample is an input that the parameters accept, for those who look at what a framework makes of its inputs.
type Sample struct {
	// Params are the parameters that are set, Plans those of plans, which may be wrong.
	Params map[string]any
	Plans  map[string]map[string]any
	// Previous are the parameters that were set before; nil if none were applied before.
	Previous map[string]any
	// Changed is the path of the parameter in which alone Params differ from those of the first sample, if there is one.
	Changed []string
}

// alternatives is how many values of one parameter samples have.
const alternatives = 4

// samples are the smallest input first, then the changes of one parameter at a time, then inputs that take every side of the
// conditions.
func samples(trials []trial, single []candidate) []Sample {
	first := trials[0]
	out := []Sample{{Params: first.params, Plans: first.plan}}
	count := map[string]int{}
	for _, c := range single {
		key := strings.Join(c.path, ".")
		params := apply(first.params, c)
		if count[key] < alternatives && !reflect.DeepEqual(params, first.params) {
			count[key]++
			out = append(out, Sample{Params: params, Plans: first.plan, Previous: first.params, Changed: c.path})
		}
	}
	for _, t := range trials[1:] {
		out = append(out, Sample{Params: t.params, Plans: t.plan, Previous: t.previous})
	}
	return out
}

// Without are the samples that have one thing less in which they differ from a simpler one.
func (s *Sample) Without(simple *Sample) []Sample {
	var out []Sample
	less := func(params, plain map[string]any, set func(s *Sample, params map[string]any)) {
		for _, k := range slices.Sorted(maps.Keys(params)) {
			old, had := plain[k]
			if had && reflect.DeepEqual(old, params[k]) {
				continue
			}
			smaller, c := maps.Clone(params), *s
			if delete(smaller, k); had {
				smaller[k] = old
			}
			set(&c, smaller)
			out = append(out, c)
		}
	}
	if s.Previous != nil {
		c := *s
		c.Previous = nil
		out = append(out, c)
	}
	less(s.Params, simple.Params, func(s *Sample, params map[string]any) { s.Params = params })
	for _, plan := range slices.Sorted(maps.Keys(s.Plans)) {
		less(s.Plans[plan], simple.Plans[plan], func(s *Sample, params map[string]any) {
			s.Plans = maps.Clone(s.Plans)
			s.Plans[plan] = params
		})
	}
	return out
}

// Given says in which parameters a sample differs from the one that needs no mention, or is empty.
func (s *Sample) Given(simple *Sample, plan string) string {
	out := ""
	if own := differing(s.Params, simple.Params); len(own) > 0 {
		out = "with parameters " + show(own)
	}
	if own := differing(s.Plans[plan], simple.Plans[plan]); len(own) > 0 {
		if out != "" {
			out += " and "
		}
		out += "with parameters of the plan " + show(own)
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
