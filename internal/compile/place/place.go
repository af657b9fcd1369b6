// Package place finds where the author wrote a field of a framework.
package place

import (
	"encoding/json"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/token"
	cuejson "cuelang.org/go/encoding/json"

	"github.com/kudoc/kudoc/internal/compile/eval/syntax"
	"github.com/kudoc/kudoc/internal/render"
)

// Finder finds fields of one framework.
type Finder struct {
	value         cue.Value
	name, version string

	// the value with the inputs of the last question: many questions are about the same inputs
	filledWith string
	filled     cue.Value
}

// New makes a finder for the value of a framework of that name and version.
func New(value cue.Value, name, version string) *Finder {
	return &Finder{value: value, name: name, version: version}
}

// Of is where the author wrote the field at a path, or the nearest field around it, as it is for some inputs. Integers in the
// path are elements of lists.
func (f *Finder) Of(path []any, in render.Inputs) token.Pos {
	v := f.with(in)
	for ; len(path) > 0; path = path[:len(path)-1] {
		sels := make([]cue.Selector, len(path))
		for i, x := range path {
			switch x := x.(type) {
			case string:
				sels[i] = cue.Str(x)
			case int:
				sels[i] = cue.Index(x)
			}
		}
		last := len(sels) - 1
		for _, sel := range []cue.Selector{sels[last], whereOptional(sels[last])} { // a parameter that is not set is a type
			sels[last] = sel
			if pos := authors(v.LookupPath(cue.MakePath(sels...)), 0); pos.IsValid() {
				return pos
			}
		}
	}
	return token.NoPos
}

func whereOptional(s cue.Selector) cue.Selector {
	if s.IsString() {
		return s.Optional()
	}
	return s
}

// authors is the first position in a file of the author's among all that a value is made of.
func authors(v cue.Value, depth int) token.Pos {
	if !v.Exists() || depth > 8 {
		return token.NoPos
	}
	if pos := v.Pos(); syntax.IsAuthors(pos) {
		return pos
	}
	if op, args := v.Expr(); op == cue.AndOp {
		for _, a := range args {
			if pos := authors(a, depth+1); pos.IsValid() {
				return pos
			}
		}
	}
	return token.NoPos
}

// with is the framework with inputs.
func (f *Finder) with(in render.Inputs) cue.Value {
	b, err := json.Marshal(map[string]any{
		"params":    orEmpty(in.Params),
		"previous":  map[string]any{"params": orEmpty(in.Previous)},
		"instance":  map[string]any{"name": in.Instance.Name, "namespace": in.Instance.Namespace, "uid": in.Instance.UID},
		"framework": map[string]any{"name": f.name, "version": f.version},
		"plan":      map[string]any{"name": in.Plan.Name, "params": orEmpty(in.Plan.Params)},
		"phase":     map[string]any{"name": in.Phase},
		"step":      map[string]any{"name": in.Step},
		"execution": map[string]any{"name": in.Execution.Name, "uid": in.Execution.UID},
	})
	if err != nil {
		return f.value
	}
	if key := string(b); key != f.filledWith {
		x, err := cuejson.Extract("inputs", b)
		if err != nil {
			return f.value
		}
		f.filledWith, f.filled = key, f.value.Unify(cuecontext.New().BuildExpr(x))
	}
	return f.filled
}

func orEmpty(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return m
}
