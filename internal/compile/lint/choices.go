package lint

import (
	"encoding/json"
	"strings"

	"github.com/kudoc/kudoc/internal/compile/lint/format"
	"github.com/kudoc/kudoc/internal/compile/lint/tree"
	"github.com/kudoc/kudoc/internal/compile/validate"
	"github.com/kudoc/kudoc/internal/render/parameter"
)

// readSchemas finds the parameters that take any text. What is wrong for some text is no mistake of the framework's: no author
// writes down everything that Kubernetes refuses.
func (r *run) readSchemas() {
	r.free, r.chosen = map[string]bool{}, map[string]bool{}
	var visit func(s *parameter.Schema, at string)
	visit = func(s *parameter.Schema, at string) {
		if s.Type == "struct" {
			for i := range s.Fields {
				visit(&s.Fields[i].Schema, at+"."+s.Fields[i].Name)
			}
			return
		}
		r.free[at] = format.TakesText(s)
	}
	for _, p := range r.Spec.Parameters {
		var s parameter.Schema
		if json.Unmarshal(p.Schema.Raw, &s) == nil {
			visit(&s, p.Name)
		}
	}
}

// isFree says whether a world differs from the first one by text that is as good as any other.
func (w *world) isFree() bool { return w.free[strings.Join(w.sample.Changed, ".")] }

// readChoices notes which values of the first world depend on a parameter that takes any text and has to be set: whether such a
// value is right, only who sets it can tell.
func (r *run) readChoices() {
	for _, s := range r.Samples {
		if r.free[strings.Join(s.Changed, ".")] && tree.At(r.Samples[0].Params, elements(s.Changed)...) != nil {
			r.differing(s, r.chosen)
		}
	}
}

// differing notes the values of the first world that differ in a sample.
func (r *run) differing(s validate.Sample, into map[string]bool) {
	w := r.world(s, mine)
	if w == nil {
		return
	}
	for _, i := range r.first.items {
		if j := w.find(i); j != nil && i != j {
			tree.Different(i.object, j.object, i.path(), func(p path) { into[p.String()] = true })
		}
	}
}

// isDecided says whether a parameter decides a value of the first world, or a part of it.
func (r *run) isDecided(i *item, p path) bool {
	if r.decided == nil {
		r.decided = map[string]bool{}
		for _, s := range r.Samples {
			if s.Changed != nil {
				r.differing(s, r.decided)
			}
		}
	}
	at := i.path().Of(p...).String()
	if r.decided[at] {
		return true
	}
	for d := range r.decided {
		if strings.HasPrefix(d, at+".") {
			return true
		}
	}
	return false
}

func elements(names []string) []any {
	out := make([]any, len(names))
	for i, n := range names {
		out[i] = n
	}
	return out
}

func (r *run) isChosen(f *found) bool { return f.rule.values && r.chosen[f.path.String()] }
