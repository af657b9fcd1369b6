// Package lower prints expressions as templates: the values of the format that docs/template-format.md defines.
//
// What an expression has of structure becomes structure of the template, so that a person who reads a FrameworkVersion
// sees a manifest: objects and lists are written out, conditions and loops around their parts become $if and $for,
// concatenated strings become $text. What is left becomes CEL in $cel.
package lower

import (
	"strings"

	"github.com/kudoc/kudoc/internal/compile/expr"
)

// Template is x as a template. It consists of JSON types.
func Template(x *expr.X) any { return printer{}.template(x) }

// When wraps a template in a condition.
func When(cond *expr.X, template any) any {
	if cond.IsTrue() {
		return template
	}
	return map[string]any{"$if": expr.Printer{}.Print(cond), "$then": template}
}

type printer struct{ expr.Printer }

func (p printer) template(x *expr.X) any {
	switch {
	case x.IsLit():
		return escaped(x.Lit)
	case x.Op == expr.OpObj:
		return p.object(x)
	case x.Op == expr.OpList:
		return p.list(x)
	case x.Op == expr.OpCond && (structured(x.Args[1]) || structured(x.Args[2])):
		return map[string]any{"$if": p.Print(x.Args[0]), "$then": p.template(x.Args[1]), "$else": p.template(x.Args[2])}
	}
	if parts := x.Concatenated(); len(parts) > 1 {
		return p.text(parts)
	}
	return map[string]any{"$cel": p.Print(x)}
}

// structured says whether a value is easier to read as a template than as an expression.
func structured(x *expr.X) bool {
	switch x.Op {
	case expr.OpObj, expr.OpList:
		return true
	case expr.OpLit:
		switch v := x.Lit.(type) {
		case []any:
			return len(v) > 0
		case *expr.Object:
			return len(v.Keys) > 0
		}
	case expr.OpCond:
		return structured(x.Args[1]) || structured(x.Args[2])
	default:
	}
	return false
}

func (p printer) text(parts []*expr.X) any {
	var b strings.Builder
	for _, x := range parts {
		if s, ok := x.Lit.(string); ok && x.IsLit() {
			b.WriteString(strings.ReplaceAll(s, `\`, `\\`))
			continue
		}
		if x.Op == expr.OpCall && (x.Name == "string" || x.Name == "str") {
			x = x.Args[0] // a text spells values itself
		}
		b.WriteString(`\(` + p.Print(x) + `)`)
	}
	return map[string]any{"$text": b.String()}
}

// object writes fields with fixed names out, and unifies them with the rest.
func (p printer) object(x *expr.X) any {
	fixed := map[string]any{}
	var merged []any
	for _, part := range x.Parts {
		if name, ok := fixedName(part); ok && fixed[escapedKey(name)] == nil {
			fixed[escapedKey(name)] = p.wrap(part.Clauses, func(q printer) any { return q.template(part.Val) })
			continue
		}
		merged = append(merged, p.wrap(part.Clauses, func(q printer) any {
			if part.Key == nil {
				return q.template(part.Val)
			}
			return map[string]any{"$key": q.template(part.Key), "$value": q.template(part.Val)}
		}))
	}
	if len(merged) == 0 {
		return fixed
	}
	if len(fixed) > 0 {
		merged = append([]any{fixed}, merged...)
	}
	return map[string]any{"$merge": merged}
}

// fixedName is the name of a field that is there once, if at all.
func fixedName(part expr.Part) (string, bool) {
	for _, c := range part.Clauses {
		if c.Src != nil {
			return "", false
		}
	}
	if part.Key == nil || !part.Key.IsLit() {
		return "", false
	}
	s, ok := part.Key.Lit.(string)
	return s, ok
}

func (p printer) list(x *expr.X) any {
	out := make([]any, len(x.Parts))
	for i, part := range x.Parts {
		out[i] = p.wrap(part.Clauses, func(q printer) any { return q.template(part.Val) })
	}
	return out
}

// wrap puts clauses around a node. Loop variables get their names from the outside in.
func (p printer) wrap(clauses []expr.Clause, node func(printer) any) any {
	if len(clauses) == 0 {
		return node(p)
	}
	c := clauses[0]
	if c.Src == nil {
		return map[string]any{"$if": p.Print(c.Cond), "$then": p.wrap(clauses[1:], node)}
	}
	inner, name := p.Bind(c.Var)
	return map[string]any{"$for": name, "$in": p.Print(c.Src), "$do": printer{inner}.wrap(clauses[1:], node)}
}

// escaped is a constant as a template.
func escaped(v any) any {
	switch v := v.(type) {
	case expr.ByteString:
		return v.Text()
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = escaped(v[i])
		}
		return out
	case *expr.Object:
		out := make(map[string]any, len(v.Keys))
		for _, k := range v.Keys {
			out[escapedKey(k)] = escaped(v.Vals[k])
		}
		return out
	}
	return v
}

func escapedKey(k string) string {
	if strings.HasPrefix(k, "$") {
		return "$" + k
	}
	return k
}
