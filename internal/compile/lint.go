package compile

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/token"
	cuejson "cuelang.org/go/encoding/json"

	"github.com/kudoc/kudoc/internal/compile/eval/syntax"
	"github.com/kudoc/kudoc/internal/compile/lint"
	"github.com/kudoc/kudoc/internal/compile/lint/tree"
	"github.com/kudoc/kudoc/internal/render"
)

// lint looks for what is wrong with the objects, although neither CUE nor their types say so.
func (c *compilation) lint() {
	wrong := func(d *Diagnostic) bool { return d.Severity == SeverityError && d.Code != codeStructure }
	if slices.ContainsFunc(c.diags, wrong) {
		return
	}
	for _, f := range lint.Run(lint.Subject{Spec: c.spec, Program: c.program, Samples: c.validation.Samples}) {
		d := c.report(f.Code, c.authorsField(f.Path, f.Inputs), "%s", f.Message)
		d.Path, d.Hint = tree.Path(f.Path).String(), f.Hint
		if f.Warning {
			d.Severity = SeverityWarning
		}
		if len(f.Path) > 1 {
			c.withoutStructure(f.Path[1], f.Code)
		}
		if d.File == "" {
			d.File = c.source.Dir
		}
	}
}

// withoutStructure drops what Kubernetes says about an amount in the objects of a task, if a rule says which one it is.
func (c *compilation) withoutStructure(task any, code string) {
	c.diags = slices.DeleteFunc(c.diags, func(d *Diagnostic) bool {
		return code == lint.CodeFormat && d.Code == codeStructure && strings.Contains(d.Message, "quantities must") && strings.HasPrefix(d.Message, fmt.Sprintf("task %q ", task))
	})
}

// authorsField is where the author wrote the field at a path, or the nearest field around it, as it is for some inputs.
func (c *compilation) authorsField(path []any, in render.Inputs) token.Pos {
	v := c.filled(in)
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
			if pos := authorsPosition(v.LookupPath(cue.MakePath(sels...)), 0); pos.IsValid() {
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

// authorsPosition is the first position in a file of the author's among all that a value is made of.
func authorsPosition(v cue.Value, depth int) token.Pos {
	if !v.Exists() || depth > 8 {
		return token.NoPos
	}
	if pos := v.Pos(); syntax.IsAuthors(pos) {
		return pos
	}
	if op, args := v.Expr(); op == cue.AndOp {
		for _, a := range args {
			if pos := authorsPosition(a, depth+1); pos.IsValid() {
				return pos
			}
		}
	}
	return token.NoPos
}

// filled is the framework with inputs. The last one is kept: many findings are about the same inputs.
func (c *compilation) filled(in render.Inputs) cue.Value {
	b, err := json.Marshal(map[string]any{
		"params":    in.Params,
		"previous":  map[string]any{"params": orEmpty(in.Previous)},
		"instance":  map[string]any{"name": in.Instance.Name, "namespace": in.Instance.Namespace, "uid": in.Instance.UID},
		"framework": map[string]any{"name": c.about.name, "version": c.about.version},
		"plan":      map[string]any{"name": in.Plan.Name, "params": orEmpty(in.Plan.Params)},
		"phase":     map[string]any{"name": in.Phase},
		"step":      map[string]any{"name": in.Step},
		"execution": map[string]any{"name": in.Execution.Name, "uid": in.Execution.UID},
	})
	if err != nil {
		return c.value
	}
	if key := string(b); key != c.filledWith {
		x, err := cuejson.Extract("inputs", b)
		if err != nil {
			return c.value
		}
		c.filledWith, c.filledValue = key, c.value.Unify(c.value.Context().BuildExpr(x))
	}
	return c.filledValue
}

func orEmpty(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return m
}
