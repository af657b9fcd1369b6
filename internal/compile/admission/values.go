package admission

import (
	"encoding/json"
	"fmt"
	"strings"

	admissionv1 "k8s.io/api/admissionregistration/v1"

	"github.com/kudoc/kudoc/internal/compile/expr"
	"github.com/kudoc/kudoc/internal/compile/params"
)

// given is the variable that holds the parameters as the Instance sets them.
const given = "variables.given"

// slot is a parameter that has a value of its own: one at the top, or a field of a struct that is one.
type slot struct {
	path     []string
	param    *params.Param
	optional bool   // it, or a struct that it is in, may be absent
	has      string // whether the Instance sets it
	raw      string // what it sets
	state    slotState
	name     string // of the variable with the effective value, once it is done
}

type slotState int

const (
	slotNew slotState = iota
	slotBusy
	slotDone
	slotUnknown // the effective value has no exact form here
)

// values hands out the variables with effective values, and makes them as they are asked for. A variable may only use
// those before it, which is the order in which they get done.
type values struct {
	slots     []*slot
	variables []admissionv1.Variable
	taken     map[string]bool
	reads     int // how often a value was asked for
}

func newValues(root *params.Param) *values {
	v := &values{taken: map[string]bool{"given": true, "applied": true, "deployed": true}}
	v.place(root, given, "", nil, false)
	return v
}

// place makes the slots, where the controller has them too.
func (v *values) place(p *params.Param, raw, has string, path []string, optional bool) {
	for _, f := range p.Fields() {
		s := &slot{
			path: append(path[:len(path):len(path)], f.Name), param: f, optional: optional || f.Optional || f.Generated(),
			raw: selected(raw, f.Name), has: hasField(raw, f.Name),
		}
		if has != "" {
			s.has = has + " && " + s.has
		}
		v.slots = append(v.slots, s)
		if nested(f) {
			v.place(f, s.raw, s.has, s.path, s.optional)
		}
	}
}

// nested says whether the fields of a parameter are slots themselves.
func nested(p *params.Param) bool { return p.Schema.Type == "struct" && !p.HasDefault() }

func (v *values) slot(path []string) *slot {
	for _, s := range v.slots {
		if strings.Join(s.path, "\x00") == strings.Join(path, "\x00") {
			return s
		}
	}
	return nil
}

// effective is the variable with the effective value of a slot, or nil.
func (v *values) effective(s *slot) *expr.X {
	v.reads++
	switch s.state {
	case slotNew:
		s.state = slotBusy
		x, ok := v.compute(s)
		if !ok {
			s.state = slotUnknown
			return nil
		}
		s.name, s.state = v.declare(strings.Join(s.path, "_"), x), slotDone
	case slotBusy: // the default depends on itself
		return nil
	case slotUnknown:
		return nil
	case slotDone:
	}
	return expr.Var("variables."+s.name, s.param.Type)
}

// compute is the value that is set, or else the default.
func (v *values) compute(s *slot) (string, bool) {
	if nested(s.param) || fills(s.param) {
		return "", false
	}
	set := normal(s.param, s.raw)
	fallback, ok := v.fallback(s.param)
	switch {
	case !ok:
		return "", false
	case fallback == "":
		return "dyn(" + set + ")", true
	}
	return fmt.Sprintf("%s ? dyn(%s) : dyn(%s)", s.has, set, fallback), true
}

// fallback is the default as an expression: none if there is none, and false if it has no exact form.
func (v *values) fallback(p *params.Param) (string, bool) {
	switch {
	case p.Schema.Default != nil:
		x, err := constantOf(p.Schema.Default)
		if err != nil {
			return "", false
		}
		if x = expr.Plain(x, v.leaf(nil)); x == nil {
			return "", false
		}
		return expr.Printer{Plain: true}.Print(x), true
	case p.Computed() != nil:
		x := expr.Plain(p.Computed(), v.leaf(nil))
		if x == nil {
			return "", false
		}
		return expr.Printer{Plain: true}.Print(x), true
	case p.Optional:
		return "", true
	case p.Schema.Type == "list":
		return "[]", true
	case p.Schema.Type == "map":
		return "{}", true
	}
	return "", true
}

// constantOf reads a constant. Numbers keep their spelling.
func constantOf(raw json.RawMessage) (*expr.X, error) {
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	return expr.Lit(ordered(v)), nil
}

func ordered(v any) any {
	switch v := v.(type) {
	case map[string]any:
		o := expr.NewObject()
		for _, k := range sortedKeys(v) {
			o.Set(k, ordered(v[k]))
		}
		return o
	case []any:
		for i := range v {
			v[i] = ordered(v[i])
		}
	}
	return v
}

// fills says whether the controller fills in defaults within a value of the parameter.
func fills(p *params.Param) bool {
	if p.Elem() != nil && fills(p.Elem()) {
		return true
	}
	for _, f := range p.Fields() {
		t := f.Schema.Type
		if !f.Optional && (f.HasDefault() || t == "list" || t == "map" || t == "struct") || fills(f) {
			return true
		}
	}
	return false
}

// normal is a value as the controller sees it: 1.0 reaches an API server as a float and is stored as an integer.
func normal(p *params.Param, raw string) string {
	if p.Schema.Type == "int" {
		return "int(" + raw + ")"
	}
	return raw
}

// leaf replaces what expressions read. self is the value under test.
func (v *values) leaf(self *expr.X) expr.Leaf {
	return func(x *expr.X) (*expr.X, bool) {
		switch x.Op {
		case expr.OpVar:
			if x.Name == "self" {
				return self, true
			}
			return nil, isInput(x.Name)
		case expr.OpSel:
			path, ok := pathOf(x)
			if !ok {
				return nil, false
			}
			if s := v.slot(path); s != nil {
				return v.effective(s), true
			}
			return nil, len(path) < 2 || v.slot(path[:1]) == nil
		case expr.OpHas:
			path, ok := pathOf(x)
			if !ok {
				return nil, false
			}
			if s := v.slot(path); s != nil && s.optional {
				return expr.Var("("+s.has+")", expr.TBool), true
			} else if s != nil {
				return expr.Lit(true), true
			}
		default: // made of others
		}
		return nil, false
	}
}

// pathOf is the path of params.a.b and of has(params.a.b).
func pathOf(x *expr.X) ([]string, bool) {
	switch x.Op {
	case expr.OpVar:
		return nil, x.Name == "params"
	case expr.OpSel, expr.OpHas:
		p, ok := pathOf(x.Args[0])
		return append(p, x.Name), ok
	default:
		return nil, false
	}
}

// isInput says whether a variable is an input, and not the variable of a loop.
func isInput(name string) bool {
	switch name {
	case "params", "instance", "framework", "previous", "plan", "phase", "step", "execution", "local":
		return true
	}
	return false
}

// declare adds a variable and returns its name, which resembles the one that is wanted.
func (v *values) declare(want, expression string) string {
	base := strings.Map(func(c rune) rune {
		if c < 0x80 && isWord(string(c)) && c != '-' {
			return c
		}
		return '_'
	}, want)
	if base == "" || base[0] >= '0' && base[0] <= '9' || isReserved(base) {
		base = "p_" + base
	}
	name := base
	for i := 2; v.taken[name]; i++ {
		name = fmt.Sprintf("%s_%d", base, i)
	}
	v.taken[name] = true
	v.variables = append(v.variables, admissionv1.Variable{Name: name, Expression: expression})
	return name
}
