package vertex

import (
	"slices"

	"github.com/kudoc/kudoc/internal/compile/eval/descent"
	"github.com/kudoc/kudoc/internal/compile/eval/syntax"
	"github.com/kudoc/kudoc/internal/compile/expr"
)

// closer is one use of a definition. It closes the structs that the definition's literals contribute to: CUE allows no
// other regular fields there. For fields with static names CUE itself checks that; for computed names this file does.
type closer struct{ name string }

// closedness is which definitions close a vertex, and what each of them leaves open.
type closedness struct {
	closers  []*closer
	anything map[*closer]bool // it has `...`
	patterns map[*closer][]Pattern
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

func (c *closedness) openFor(p Pattern) {
	if c.patterns == nil {
		c.patterns = map[*closer][]Pattern{}
	}
	for _, k := range p.closers {
		c.patterns[k] = append(c.patterns[k], p)
	}
}

// checkClosed makes sure that computed fields are allowed: by a pattern, whose constraint on the name is then checked when
// the name is known.
func (v *Vertex) checkClosed() {
	v.checkFixed()
	for _, k := range v.content.closed.closers {
		if v.content.closed.anything[k] {
			continue
		}
		patterns := v.content.closed.patterns[k]
		for i, p := range v.content.Parts {
			if !slices.Contains(p.closers, k) {
				v.content.Parts[i] = v.allow(p, k, patterns)
			}
		}
		for _, s := range v.content.Syms {
			if s.Sym.Type.Kind == expr.Map && !slices.Contains(s.closers, k) && !anyString(patterns) {
				v.g.Fail(nil, "the fields of %s are not allowed in %s, which %s closes", s.Sym.CEL(), v.Path(), k.name)
			}
		}
	}
}

// checkFixed refuses fields that both a loop at run time and something else make: the loop's part is unified when the
// other is a value already, without its constraints and defaults.
func (v *Vertex) checkFixed() {
	for _, p := range v.content.Parts {
		name, ok := p.Key.Constant()
		if p.fixed && ok && v.content.index[Label{Name: name}] != nil {
			v.g.Refuse(descent.At(p.pos), "compute the name of the field in the loop", "a loop over an input makes the field %s of %s, which is declared elsewhere too", name, v.Path())
		}
	}
}

func (v *Vertex) allow(p Part, k *closer, patterns []Pattern) Part {
	if anyString(patterns) {
		return p
	}
	if len(patterns) == 0 || p.Key == nil {
		v.g.Fail(descent.At(p.pos), "computed fields are not allowed in %s, which %s closes", v.Path(), k.name)
	}
	matches := expr.Lit(false)
	for _, q := range patterns {
		m, _ := v.g.exprs.Constraint(q.Key, q.Scope, p.Key)
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

// PartName is the computed name of a field, which fails where a definition does not allow it.
func (v *Vertex) PartName(p Part) *expr.X {
	if p.allowed == nil || p.allowed.IsTrue() {
		return p.Key
	}
	return expr.Call("check", expr.TString, p.Key, p.allowed, expr.Lit(v.Path()+": field not allowed"))
}

func anyString(patterns []Pattern) bool {
	return slices.ContainsFunc(patterns, func(p Pattern) bool { return syntax.IsString(p.Key) })
}
