package parameter

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kudoc/kudoc/internal/render/expression"
	"github.com/kudoc/kudoc/internal/render/spell"
	"github.com/kudoc/kudoc/internal/render/value"
)

// resolver makes effective parameters of given ones. A computed default needs other parameters, so the values are found
// on demand: each is a slot, and a default first resolves the slots that it reads. Checks run when all are known.
type resolver struct {
	vars   map[string]any
	budget *expression.Budget
	root   []string // where expressions find these parameters: params, or plan.params
	slots  []*slot
	errs   Errors
}

// slot is the place of one value in the result.
type slot struct {
	path  []string
	m     *member
	given any
	has   bool
	into  map[string]any
	state slotState
}

type slotState int

const (
	slotNew slotState = iota
	slotBusy
	slotDone
	slotFailed
)

// Resolve returns the effective parameters for given ones; the error is Errors with all that is wrong. Expressions find them at
// root; vars must hold what they may read besides.
func (s *Struct) Resolve(given map[string]any, root []string, vars map[string]any, b *expression.Budget) (map[string]any, error) {
	r := &resolver{vars: vars, budget: b, root: root}
	canon, err := value.Canonical(given, 0)
	if err != nil {
		return nil, Errors{{Path: strings.Join(root, "."), Message: err.Error()}}
	}
	values, _ := canon.(map[string]any)
	out := map[string]any{}
	r.bind(out)
	r.place(&s.shape, values, out, nil)
	for _, sl := range r.slots {
		r.fill(sl)
	}
	for _, m := range s.fields {
		if v, ok := out[m.name]; ok {
			r.check(m.shape, v, []string{m.name})
		}
	}
	if len(r.errs) > 0 {
		slices.SortStableFunc(r.errs, func(a, b Error) int { return strings.Compare(a.Path, b.Path) })
		return nil, slices.Compact(r.errs)
	}
	if err := Fits("the values", out); err != nil {
		return nil, Errors{{Path: strings.Join(root, "."), Message: err.Error()}}
	}
	return out, nil
}

// bind puts the result where expressions look for it.
func (r *resolver) bind(out map[string]any) {
	if len(r.root) == 1 {
		r.vars[r.root[0]] = out
		return
	}
	inner := map[string]any{r.root[1]: out}
	if old, ok := r.vars[r.root[0]].(map[string]any); ok {
		for k, v := range old {
			if k != r.root[1] {
				inner[k] = v
			}
		}
	}
	r.vars[r.root[0]] = inner
}

// place makes a slot for each field, and follows structs down, so that a default may read a field of any struct.
func (r *resolver) place(s *shape, given, out map[string]any, path []string) {
	for _, m := range s.fields {
		p := append(slices.Clip(path), m.name)
		v, has := given[m.name]
		if !has && m.optional {
			continue
		}
		inner, isStruct := v.(map[string]any)
		if m.kind == "struct" && (isStruct || !has && !m.hasValue && m.compute == nil) {
			nested := map[string]any{}
			out[m.name] = nested
			r.place(m.shape, inner, nested, p)
			continue
		}
		r.slots = append(r.slots, &slot{path: p, m: m, given: v, has: has, into: out})
	}
	r.unknown(s, given, path)
}

func (r *resolver) unknown(s *shape, given map[string]any, path []string) {
	for k := range given {
		if s.member(k) == nil {
			r.fail(append(slices.Clip(path), k), "unknown parameter%s", spell.Hint(k, s.names()))
		}
	}
}

// fill finds the value of a slot. It reports false if there is none, which has been reported then.
func (r *resolver) fill(sl *slot) bool {
	switch sl.state {
	case slotDone:
		return true
	case slotFailed:
		return false
	case slotBusy:
		r.fail(sl.path, "the default depends on itself; set the parameter")
		return false
	case slotNew:
	}
	sl.state = slotBusy
	v, ok := r.value(sl)
	if !ok {
		sl.state = slotFailed
		return false
	}
	sl.state = slotDone
	sl.into[sl.m.name] = v
	return true
}

func (r *resolver) value(sl *slot) (any, bool) {
	for _, e := range sl.m.defaults(nil, !sl.has) {
		for _, dep := range e.Reads() {
			if !r.await(dep, sl) {
				return nil, false
			}
		}
	}
	v := sl.given
	if !sl.has {
		var ok bool
		if v, ok = r.defaultOf(sl.m.shape, sl.path); !ok {
			return nil, false
		}
	}
	return r.normalize(sl.m.shape, v, sl.path)
}

// defaults are the expressions that making a value of the shape may evaluate.
func (s *shape) defaults(out []*expression.Compiled, own bool) []*expression.Compiled {
	if own && s.compute != nil {
		out = append(out, s.compute)
	}
	if s.elem != nil {
		out = s.elem.defaults(out, true)
	}
	for _, m := range s.fields {
		out = m.defaults(out, true)
	}
	return out
}

// await fills the slots that a path reads: itself, what contains it, and what it contains.
func (r *resolver) await(dep []string, from *slot) bool {
	if len(dep) < len(r.root) || !slices.Equal(dep[:len(r.root)], r.root) {
		return true
	}
	dep = dep[len(r.root):]
	for _, sl := range r.slots {
		n := min(len(dep), len(sl.path))
		if sl != from && slices.Equal(dep[:n], sl.path[:n]) && !r.fill(sl) {
			return false
		}
	}
	return true
}

// defaultOf is the value of what is not set. Lists and structs that nobody sets are empty, as in CUE.
func (r *resolver) defaultOf(s *shape, path []string) (any, bool) {
	switch {
	case s.hasValue:
		v, err := value.Canonical(s.value, 0) // a copy: the result belongs to the caller
		return v, err == nil
	case s.compute != nil:
		x, err := s.compute.Eval(r.vars, r.budget)
		if err != nil {
			r.fail(path, "default: %v", err)
			return nil, false
		}
		v, err := value.ToGo(x, r.budget.Value, 0)
		if err != nil {
			r.fail(path, "default: %v", err)
			return nil, false
		}
		return v, true
	case s.kind == "list":
		return []any{}, true
	case s.kind == "map" || s.kind == "struct":
		return map[string]any{}, true
	}
	r.fail(path, "required, but not set")
	return nil, false
}

// normalize checks types and fills in the defaults inside a value.
func (r *resolver) normalize(s *shape, v any, path []string) (any, bool) {
	if !s.accepts(v) {
		r.fail(path, "must be %s, not %s", s.typeName(), value.KindOf(v))
		return nil, false
	}
	ok := true
	switch x := v.(type) {
	case []any:
		if s.elem == nil {
			return v, true
		}
		for i := range x {
			e, good := r.normalize(s.elem, x[i], append(slices.Clip(path), fmt.Sprintf("[%d]", i)))
			x[i], ok = e, ok && good
		}
	case map[string]any:
		if s.kind == "struct" || s.kind == "map" {
			return r.normalizeStruct(s, x, path)
		}
	}
	return v, ok
}

func (r *resolver) normalizeStruct(s *shape, x map[string]any, path []string) (any, bool) {
	out, ok := make(map[string]any, len(s.fields)), true
	for _, m := range s.fields {
		p := append(slices.Clip(path), m.name)
		v, has := x[m.name]
		if !has && m.optional {
			continue
		}
		good := true
		if !has {
			v, good = r.defaultOf(m.shape, p)
		}
		if good {
			v, good = r.normalize(m.shape, v, p)
		}
		out[m.name], ok = v, ok && good
	}
	if s.kind == "struct" {
		before := len(r.errs)
		r.unknown(s, x, path)
		return out, ok && len(r.errs) == before
	}
	for k := range x {
		if s.member(k) == nil {
			e, good := r.normalize(s.elem, x[k], append(slices.Clip(path), k))
			out[k], ok = e, ok && good
		}
	}
	return out, ok
}

// check applies the constraints to a value and to everything in it.
func (r *resolver) check(s *shape, v any, path []string) {
	if s.check != nil {
		r.satisfies(s.check, v, path, s.want)
	}
	switch x := v.(type) {
	case []any:
		if s.elem != nil {
			for i := range x {
				r.check(s.elem, x[i], append(slices.Clip(path), fmt.Sprintf("[%d]", i)))
			}
		}
	case map[string]any:
		for k, e := range x {
			p := append(slices.Clip(path), k)
			if m := s.member(k); m != nil {
				r.check(m.shape, e, p)
				continue
			}
			if s.keys != nil {
				r.satisfies(s.keys, k, p, "a key that matches "+s.keys.Source())
			}
			if s.elem != nil {
				r.check(s.elem, e, p)
			}
		}
	}
}

func (r *resolver) satisfies(e *expression.Compiled, v any, path []string, want string) {
	r.vars["self"] = v
	ok, err := e.EvalBool(r.vars, r.budget)
	delete(r.vars, "self")
	switch {
	case err != nil && len(r.errs) > 0:
		// a check that reads a parameter which is wrong itself says nothing about this one
	case err != nil:
		r.fail(path, "%v", err)
	case !ok && want == "":
		r.fail(path, "%s is not allowed", value.Brief(v))
	case !ok:
		r.fail(path, "must be %s, not %s", want, value.Brief(v))
	}
}

func (r *resolver) fail(path []string, format string, args ...any) {
	var b strings.Builder
	for i, p := range path {
		switch {
		case strings.HasPrefix(p, "["):
			b.WriteString(p)
		case i > 0 && strings.ContainsFunc(p, func(c rune) bool {
			return !(c == '_' || c == '-' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9')
		}):
			fmt.Fprintf(&b, "[%q]", p)
		case i > 0:
			b.WriteString("." + p)
		default:
			b.WriteString(p)
		}
	}
	r.errs = append(r.errs, Error{Path: b.String(), Message: fmt.Sprintf(format, args...)})
}

// maxSize bounds effective parameters, of which statuses hold several copies; etcd takes a megabyte and a half.
const maxSize = 256 << 10

// Fits says that parameters or outputs are too big to be kept in statuses.
func Fits(what string, values map[string]any) error {
	if _, err := value.Copy(values, expression.SizeBudget(maxSize).Value); err != nil {
		return fmt.Errorf("%s have more than %d bytes: keep what is that long in a ConfigMap or a Secret, and name it", what, maxSize)
	}
	return nil
}
