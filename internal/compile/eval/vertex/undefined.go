package vertex

import (
	"strconv"

	"github.com/kudoc/kudoc/internal/compile/eval/descent"
	"github.com/kudoc/kudoc/internal/render/spell"
)

// Undefined reports a reference to a field that does not exist, with the names of those that do.
func (v *Vertex) Undefined(l Label, node descent.Positioned) {
	var names []string
	if v.Input != nil {
		for _, f := range v.Input.Type.Fields {
			names = append(names, f.Name)
		}
	}
	for _, a := range v.content.Arcs {
		names = append(names, a.Label.Name)
	}
	v.g.NoField(node, l.String(), v.Path(), names)
}

// NoField reports that the struct at a path does not have a field, but those of other names.
func (g *Graph) NoField(node descent.Positioned, name, in string, names []string) {
	hint := ""
	if n := spell.Nearest(name, names); n != "" {
		hint = "did you mean " + strconv.Quote(n) + "?"
	}
	if in == "plan.params" && hint == "" {
		hint = "inside of a plan, params are those of the plan; write let P = params at file level and P." + name + " here"
	}
	if in == "" {
		in = "the struct"
	}
	g.Refuse(node, hint, "%s has no field %s", in, name)
}
