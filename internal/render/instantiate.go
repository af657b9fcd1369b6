package render

import (
	"errors"
	"fmt"
	"strings"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"

	"github.com/kudoc/kudoc/internal/render/expression"
	"github.com/kudoc/kudoc/internal/render/value"
)

// node is a piece of a template. The value that it renders to is freshly made. absent stands for nothing, many for the
// elements of a $for, field for a field with a computed name.
type node interface {
	render(r *rendering) (any, error)
}

type (
	absent struct{}
	many   []any
	field  struct {
		key   string
		value any
	}
)

// rendering is the state of one call: what expressions may read, and what is left of the budget.
type rendering struct {
	vars   map[string]any
	budget *expression.Budget
}

type (
	// literal is a value without holes.
	literal struct{ value any }
	// hole is {$cel: expression}.
	hole struct{ e *expression.Compiled }
	// textNode is {$text: ...}.
	textNode struct{ parts []textPart }
	// textPart is literal text, or a hole if there is an expression.
	textPart struct {
		literal string
		e       *expression.Compiled
	}
	// fields is a map.
	fields struct {
		keys   []string
		values []node
	}
	list struct{ items []node }
	// conditional is {$if: cond, $then: ..., $else: ...}.
	conditional struct {
		cond            *expression.Compiled
		then, otherwise node
	}
	// loop is {$for: name, $in: list, $do: body}.
	loop struct {
		name string
		in   *expression.Compiled
		body node
	}
	// entry is {$key: ..., $value: ...}.
	entry struct{ key, value node }
	// merge is {$merge: [...]}.
	merge struct{ parts []node }
)

func (n literal) render(r *rendering) (any, error) { return value.Copy(n.value, r.budget.Value) }

func (n hole) render(r *rendering) (any, error) {
	v, err := n.e.Eval(r.vars, r.budget)
	if err != nil {
		return nil, err
	}
	return value.ToGo(v, r.budget.Value, 0)
}

func (n *textNode) render(r *rendering) (any, error) {
	var b strings.Builder
	for _, p := range n.parts {
		s, err := p.text(r)
		if err != nil {
			return nil, err
		}
		if err := r.budget.Value(len(s)); err != nil {
			return nil, err
		}
		b.WriteString(s)
	}
	return b.String(), nil
}

func (p textPart) text(r *rendering) (string, error) {
	if p.e == nil {
		return p.literal, nil
	}
	v, err := p.e.Eval(r.vars, r.budget)
	if err != nil {
		return "", err
	}
	return value.Interpolate(v)
}

func (n *fields) render(r *rendering) (any, error) {
	if err := r.budget.Value(8); err != nil {
		return nil, err
	}
	out := make(map[string]any, len(n.keys))
	for i, k := range n.keys {
		v, err := n.values[i].render(r)
		if err != nil {
			return nil, inside(k, err)
		}
		if _, none := v.(absent); !none {
			out[k] = v
		}
	}
	return out, nil
}

func (n *list) render(r *rendering) (any, error) {
	if err := r.budget.Value(8); err != nil {
		return nil, err
	}
	out := make([]any, 0, len(n.items))
	for i, item := range n.items {
		v, err := item.render(r)
		if err != nil {
			return nil, inside(fmt.Sprintf("[%d]", i), err)
		}
		out = appendItem(out, v)
	}
	return out, nil
}

func appendItem(out []any, v any) []any {
	switch v := v.(type) {
	case absent:
		return out
	case many:
		return append(out, v...)
	}
	return append(out, v)
}

func (n *conditional) render(r *rendering) (any, error) {
	ok, err := n.cond.EvalBool(r.vars, r.budget)
	switch {
	case err != nil:
		return nil, err
	case ok:
		return n.then.render(r)
	case n.otherwise != nil:
		return n.otherwise.render(r)
	}
	return absent{}, nil
}

func (n *loop) render(r *rendering) (any, error) {
	v, err := n.in.Eval(r.vars, r.budget)
	if err != nil {
		return nil, err
	}
	l, ok := v.(traits.Lister)
	if !ok {
		return nil, fmt.Errorf("%s: want a list to range over, got a %s", value.Abbreviate(n.in.Source()), v.Type().TypeName())
	}
	outer, shadowed := r.vars[n.name]
	defer func() {
		delete(r.vars, n.name)
		if shadowed {
			r.vars[n.name] = outer
		}
	}()
	out := many{}
	value.Elements(l, func(_ int, e ref.Val) ref.Val {
		r.vars[n.name] = e
		if err = r.budget.Spend(1); err != nil {
			return types.False
		}
		var x any
		if x, err = n.body.render(r); err != nil {
			return types.False
		}
		out = appendItem(out, x)
		return nil
	})
	return out, err
}

func (n *entry) render(r *rendering) (any, error) {
	k, err := n.key.render(r)
	if err != nil {
		return nil, err
	}
	s, ok := k.(string)
	if !ok {
		return nil, fmt.Errorf("$key yields %s, not a string", value.KindOf(k))
	}
	v, err := n.value.render(r)
	if err != nil {
		return nil, inside(s, err)
	}
	if _, none := v.(absent); none {
		return absent{}, nil
	}
	return field{s, v}, nil
}

func (n *merge) render(r *rendering) (any, error) {
	if err := r.budget.Value(8); err != nil {
		return nil, err
	}
	out := map[string]any{}
	for _, p := range n.parts {
		v, err := p.render(r)
		if err != nil {
			return nil, err
		}
		parts := many{v}
		if m, ok := v.(many); ok {
			parts = m
		}
		for _, x := range parts {
			if err := mergeInto(out, x); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

func mergeInto(out map[string]any, v any) error {
	switch v := v.(type) {
	case absent:
		return nil
	case field:
		return unifyInto(out, map[string]any{v.key: v.value})
	case map[string]any:
		return unifyInto(out, v)
	}
	return fmt.Errorf("cannot merge %s into a struct", value.KindOf(v))
}

// unifyInto is CUE's unification of JSON values, in place.
func unifyInto(dst, src map[string]any) error {
	for _, k := range sortedKeys(src) {
		old, ok := dst[k]
		if !ok {
			dst[k] = src[k]
			continue
		}
		u, err := unifyJSON(old, src[k])
		if err != nil {
			return inside(k, err)
		}
		dst[k] = u
	}
	return nil
}

func unifyJSON(a, b any) (any, error) {
	switch x := a.(type) {
	case map[string]any:
		if y, ok := b.(map[string]any); ok {
			return x, unifyInto(x, y)
		}
	case []any:
		y, ok := b.([]any)
		if !ok || len(x) != len(y) {
			break
		}
		for i := range x {
			u, err := unifyJSON(x[i], y[i])
			if err != nil {
				return nil, inside(fmt.Sprintf("[%d]", i), err)
			}
			x[i] = u
		}
		return x, nil
	default:
		if value.KindOf(a) == value.KindOf(b) && a == b {
			return a, nil
		}
	}
	return nil, fmt.Errorf("conflicting values %s and %s", value.Brief(a), value.Brief(b))
}

// pathError is an error at a path in a rendered object.
type pathError struct {
	path string
	err  error
}

func (e *pathError) Error() string { return e.path + ": " + e.err.Error() }
func (e *pathError) Unwrap() error { return e.err }

// inside says that err happened in the field or element k.
func inside(k string, err error) error {
	var p *pathError
	if !errors.As(err, &p) {
		return &pathError{path: k, err: err}
	}
	sep := "."
	if strings.HasPrefix(p.path, "[") {
		sep = ""
	}
	return &pathError{path: k + sep + p.path, err: p.err}
}
