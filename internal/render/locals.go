package render

import (
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/kudoc/kudoc/internal/render/expression"
	"github.com/kudoc/kudoc/internal/render/value"
)

// locals are the shared expressions of a program, each evaluated at most once in a rendering, and only if something reads
// it: an expression that fails must not fail objects that do not need it.
type locals struct {
	*value.Object
	*rendering
	expressions map[string]*expression.Compiled
	busy        map[string]bool
}

// Find evaluates on demand.
func (l *locals) Find(k ref.Val) (ref.Val, bool) {
	s, ok := k.(types.String)
	if !ok {
		return nil, false
	}
	name := string(s)
	if v, ok := l.Object.Find(k); ok {
		return v, true
	}
	e, ok := l.expressions[name]
	if !ok {
		return nil, false
	}
	if l.busy[name] {
		return types.NewErr("local.%s depends on itself", name), true
	}
	if len(l.busy) >= maxLocals {
		return types.NewErr("local.%s: the locals read each other more than %d deep", name, maxLocals), true
	}
	if l.busy == nil {
		l.busy = map[string]bool{}
	}
	l.busy[name] = true
	v, err := e.Eval(l.vars, l.budget)
	delete(l.busy, name)
	if err != nil {
		v = types.WrapErr(err)
	}
	l.Set(name, v)
	return v, true
}

// Get evaluates on demand.
func (l *locals) Get(k ref.Val) ref.Val {
	if v, ok := l.Find(k); ok {
		return v
	}
	return types.NewErr("no such local: %v", k)
}

// Contains does not evaluate.
func (l *locals) Contains(k ref.Val) ref.Val {
	s, ok := k.(types.String)
	if !ok {
		return types.False
	}
	_, ok = l.expressions[string(s)]
	return types.Bool(ok)
}
