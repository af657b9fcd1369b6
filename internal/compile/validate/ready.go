package validate

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/kudoc/kudoc/internal/compile/validate/oracle"
	"github.com/kudoc/kudoc/internal/render"
)

// ready compares what both sides say about objects in the cluster. What cannot be evaluated is not ready, on either side.
func (r *run) ready(e oracle.Evaluation, t trial, x result, in render.Inputs) {
	task := r.Spec.Task(x.place.Task)
	for _, template := range task.Objects {
		manifest, ok := x.got[template.ID].(map[string]any)
		if !ok || template.Ready == "" {
			continue
		}
		for _, object := range r.samples(t.index, manifest, template.Ready, in.Params) {
			is, err := r.Program.Ready(task.Name, template.ID, in, object)
			got := map[string]any{"ready": is && err == nil}
			if want, ok := e.Ready(task.Name, template.ID, object); ok {
				r.compare(t, x.place, map[string]any{"ready": want}, nil, got, nil)
			}
		}
	}
}

var (
	literals   = regexp.MustCompile(`["']([^"']*)["']`)
	objectPath = regexp.MustCompile(`\bobject((?:\.[A-Za-z_]\w*)+)`)
)

// samplesEach is how many values a trial puts into an object; the next trial goes on where it ended.
const samplesEach = 4

// samples are objects as they may be in the cluster: the manifest, with values wherever the expressions look.
func (r *run) samples(trial int, manifest map[string]any, ready string, params map[string]any) []map[string]any {
	text := []string{ready}
	for _, name := range slices.Sorted(maps.Keys(r.Spec.Locals)) {
		text = append(text, r.Spec.Locals[name])
	}
	var paths [][]string
	for _, m := range objectPath.FindAllStringSubmatch(strings.Join(text, " "), -1) {
		paths = append(paths, strings.Split(m[1][1:], "."))
	}
	values := []any{absent{}, int64(0), int64(1), int64(3), true, "True", "Ready", []any{}, []any{map[string]any{"type": "Ready", "status": "True"}}}
	for _, name := range slices.Sorted(maps.Keys(params)) {
		if n, ok := params[name].(int64); ok {
			values = append(values, n)
		}
	}
	for _, m := range literals.FindAllStringSubmatch(text[0], -1) {
		for _, status := range []any{"True", "False"} {
			values = append(values, []any{map[string]any{"type": m[1], "status": status}})
		}
		values = append(values, m[1])
	}
	out := []map[string]any{manifest}
	for k := range samplesEach {
		i := (trial*samplesEach + k) % len(values)
		same, mixed := manifest, manifest
		for j, p := range paths {
			same = apply(same, candidate{p, values[i]})
			mixed = apply(mixed, candidate{p, values[(i+j)%len(values)]})
		}
		out = append(out, same, mixed)
	}
	return out
}
