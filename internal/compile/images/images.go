// Package images finds the container images that templates use, and the parameters that decide them.
package images

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/compile/expr"
	"github.com/kudoc/kudoc/internal/compile/lower"
	"github.com/kudoc/kudoc/internal/render"
	"github.com/kudoc/kudoc/internal/render/parameter"
)

// containerFields are the fields of a pod whose elements have an image.
var containerFields = map[string]bool{"containers": true, "initContainers": true, "ephemeralContainers": true}

// Of are the images of an object, each with what decides it.
func Of(spec *v1alpha1.FrameworkVersionSpec, object *expr.X) []v1alpha1.ContainerImage {
	var out []v1alpha1.ContainerImage
	for _, x := range in(object, "") {
		for _, alternative := range alternatives(x) {
			out = append(out, image(spec, alternative))
		}
	}
	return out
}

// in are the images of the containers in a value, which is the value of a field of that name. Volumes may have one
// too.
func in(x *expr.X, field string) []*expr.X {
	if x == nil {
		return nil
	}
	var out []*expr.X
	if x.Op == expr.OpCond {
		return append(in(x.Args[1], field), in(x.Args[2], field)...)
	}
	for _, p := range x.Elements() {
		key, _ := p.Key.Constant()
		switch {
		case p.Key == nil: // an element, or what is merged
			out = append(out, in(p.Val, field)...)
		case key == "image" && containerFields[field]:
			out = append(out, p.Val)
		case key == "image" && field == "volumes":
			out = append(out, in(p.Val, "image")...)
		case key == "reference" && field == "image":
			out = append(out, p.Val)
		default:
			out = append(out, in(p.Val, key)...)
		}
	}
	return out
}

// alternatives are the values that a conditional may have.
func alternatives(x *expr.X) []*expr.X {
	switch {
	case x.Op == expr.OpCond:
		return append(alternatives(x.Args[1]), alternatives(x.Args[2])...)
	case x.Op == expr.OpFail:
		return nil
	}
	return []*expr.X{x}
}

// image is an image with the parameters that decide it, and their defaults filled in.
func image(spec *v1alpha1.FrameworkVersionSpec, x *expr.X) v1alpha1.ContainerImage {
	if s, ok := x.Constant(); ok {
		return v1alpha1.ContainerImage{Image: s}
	}
	names := map[string]bool{}
	x.Walk(func(y *expr.X) {
		if y.Op != expr.OpSel {
			return
		}
		switch of := y.Args[0]; {
		case of.Op == expr.OpVar && of.Name == "params":
			names[y.Name] = true
		case of.Op == expr.OpSel && of.Name == "params" && of.Args[0].Op == expr.OpVar && of.Args[0].Name == "plan":
			names["plan."+y.Name] = true
		}
	})
	return v1alpha1.ContainerImage{Image: byDefault(spec, x), Parameters: slices.Sorted(maps.Keys(names))}
}

// byDefault is a text for the defaults of the parameters, or nothing if a parameter that it needs has none.
func byDefault(of *v1alpha1.FrameworkVersionSpec, x *expr.X) string {
	for v := range x.Vars() {
		if v != "params" && v != "plan" {
			return ""
		}
	}
	template, err := json.Marshal(map[string]any{"image": lower.Template(x)})
	if err != nil {
		return ""
	}
	spec := *of
	spec.Tasks = []v1alpha1.Task{{Name: "image", Objects: []v1alpha1.ObjectTemplate{{
		ID: "image", Template: runtime.RawExtension{Raw: template},
	}}}}
	spec.Outputs, spec.Locals = nil, nil
	program, err := render.Load(&spec)
	if err != nil {
		return ""
	}
	params, err := program.Params(nil)
	var errs parameter.Errors
	if errors.As(err, &errs) { // parameters that must be set may have nothing to do with it
		spec.Parameters = optional(spec.Parameters, errs)
		if program, err = render.Load(&spec); err == nil {
			params, err = program.Params(nil)
		}
	}
	if err != nil {
		return ""
	}
	for _, p := range spec.Plans { // a task reads the parameters of the plans that use it
		in := render.Inputs{Params: params, Plan: render.PlanInfo{Name: p.Name}}
		if in.Plan.Params, err = program.PlanParams(p.Name, nil, in); err != nil {
			continue
		}
		objects, err := program.Objects("image", in)
		if err != nil || len(objects) == 0 {
			continue
		}
		if s, ok := objects[0].Manifest["image"].(string); ok {
			return s
		}
	}
	return ""
}

// optional is a copy of parameters in which those that are wrong need not be there.
func optional(ps []v1alpha1.Parameter, errs parameter.Errors) []v1alpha1.Parameter {
	out := slices.Clone(ps)
	for i := range out {
		for _, e := range errs {
			name, _, _ := strings.Cut(e.Path, ".")
			out[i].Optional = out[i].Optional || name == out[i].Name
		}
	}
	return out
}
