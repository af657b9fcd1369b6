package eval

import (
	"strconv"
	"strings"

	"github.com/kudoc/kudoc/internal/compile/eval/descent"
	"github.com/kudoc/kudoc/internal/compile/eval/guard"
	"github.com/kudoc/kudoc/internal/compile/eval/vertex"
	"github.com/kudoc/kudoc/internal/compile/expr"
)

// Referenced is the value of a vertex that an expression refers to. What is more than a name becomes a shared expression.
func (ev *Evaluator) Referenced(v *vertex.Vertex) *expr.X {
	x := ev.existing(v)
	if v.Label == "" || v.Parent == nil || x.Atomic() {
		return x
	}
	if l := ev.localOf[v]; l != nil {
		return l
	}
	if len(ev.Known) > 0 { // share only what does not depend on where it is read
		var y *expr.X
		var err *descent.Error
		ev.Unconditionally(func() { err = ev.Try(func() { y = ev.existing(v) }) })
		if err != nil || y.CEL() != x.CEL() {
			return x
		}
	}
	for name := range x.Vars() {
		if !ev.roots[name] && name != "local" {
			return x // a loop variable
		}
	}
	name := ev.localName(v.Path())
	ev.Locals[name] = x
	ev.localOf[v] = expr.Local(name, x.Type)
	return ev.localOf[v]
}

// existing is the value of a vertex, or a failure where the field does not exist.
func (ev *Evaluator) existing(v *vertex.Vertex) *expr.X {
	if v.Arc == nil || len(v.Arc.Present) == 0 || v.Parent != nil && v.Parent.Input != nil {
		return ev.Value(v, nil)
	}
	when := v.Arc.Presence(ev.Known)
	if when == nil {
		return ev.Value(v, nil)
	}
	var inner guard.Guard
	if len(when) == 1 {
		inner = when[0]
	}
	return expr.If(guard.AnyOf(when), ev.Value(v, inner), expr.Fail(v.Path()+" does not exist here", ev.Where))
}

func (ev *Evaluator) localName(path string) string {
	base := strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, path), "_")
	if base == "" || base[0] >= '0' && base[0] <= '9' {
		base = "v" + base
	}
	name := base
	for i := 2; ev.Locals[name] != nil; i++ {
		name = base + "_" + strconv.Itoa(i)
	}
	return name
}
