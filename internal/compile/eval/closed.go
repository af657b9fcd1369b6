package eval

import (
	"slices"

	"cuelang.org/go/cue/ast"

	"github.com/kudoc/kudoc/internal/compile/expr"
)

// closer is one use of a definition. It closes the structs that the definition's literals contribute to: CUE allows no
// other regular fields there. For fields with static names CUE itself checks that; for computed names this file does.
type closer struct{ name string }

// closedness is which definitions close a vertex, and what each of them leaves open.
type closedness struct {
	closers  []*closer
	anything map[*closer]bool // it has `...`
	patterns map[*closer][]pattern
}

func (c *closedness) enter(ks []*closer) {
	for _, k := range ks {
		if !slices.Contains(c.closers, k) {
			c.closers = append(c.closers, k)
		}
	}
}

func (c *closedness) open(ks []*closer) {
	if c.anything == nil {
		c.anything = map[*closer]bool{}
	}
	for _, k := range ks {
		c.anything[k] = true
	}
}

func (c *closedness) openFor(p pattern) {
	if c.patterns == nil {
		c.patterns = map[*closer][]pattern{}
	}
	for _, k := range p.closers {
		c.patterns[k] = append(c.patterns[k], p)
	}
}

// checkClosed makes sure that computed fields are allowed: by a pattern, whose constraint on the name is then checked when
// the name is known.
func (v *Vertex) checkClosed() {
	v.checkFixed()
	for _, k := range v.closed.closers {
		if v.closed.anything[k] {
			continue
		}
		patterns := v.closed.patterns[k]
		for i, p := range v.parts {
			if !slices.Contains(p.closers, k) {
				v.parts[i] = v.allow(p, k, patterns)
			}
		}
		for _, s := range v.syms {
			if s.sym.Type.Kind == expr.Map && !slices.Contains(s.closers, k) && !anyString(patterns) {
				v.ev.fail(nil, "the fields of %s are not allowed in %s, which %s closes", s.sym.CEL(), v.Path(), k.name)
			}
		}
	}
}

// checkFixed refuses fields that both a loop at run time and something else make: the loop's part is unified when the
// other is a value already, without its constraints and defaults.
func (v *Vertex) checkFixed() {
	for _, p := range v.parts {
		name, ok := p.key.Constant()
		if p.fixed && ok && v.index[Label{Name: name}] != nil {
			v.ev.refuse(at(p.pos), "compute the name of the field in the loop", "a loop over an input makes the field %s of %s, which is declared elsewhere too", name, v.Path())
		}
	}
}

func (v *Vertex) allow(p part, k *closer, patterns []pattern) part {
	if anyString(patterns) {
		return p
	}
	if len(patterns) == 0 || p.key == nil {
		v.ev.fail(at(p.pos), "computed fields are not allowed in %s, which %s closes", v.Path(), k.name)
	}
	matches := expr.Lit(false)
	for _, q := range patterns {
		m, _ := v.ev.constraint(q.key, q.scope, p.key)
		if m == nil {
			return p
		}
		matches = expr.Or(matches, m)
	}
	if p.allowed == nil || p.allowed.CEL() != matches.CEL() {
		p.allowed = expr.And(p.allowed, matches)
	}
	return p
}

// name is the computed name of a field, which fails where a definition does not allow it.
func (v *Vertex) name(p part) *expr.X {
	if p.allowed == nil || p.allowed.IsTrue() {
		return p.key
	}
	return expr.Call("check", expr.TString, p.key, p.allowed, expr.Lit(v.Path()+": field not allowed"))
}

func anyString(patterns []pattern) bool {
	return slices.ContainsFunc(patterns, func(p pattern) bool {
		id, ok := p.key.(*ast.Ident)
		return ok && id.Name == "string"
	})
}
