package expr

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Local is the reference to a shared expression.
func Local(name string, t *Type) *X { return Sel(Var("local", TAny), name, t) }

// localName returns the name of the shared expression that x refers to.
func localName(x *X) (string, bool) {
	if x.Op == OpSel && x.Args[0].Op == OpVar && x.Args[0].Name == "local" {
		return x.Name, true
	}
	return "", false
}

// Inline puts every shared expression that has one use in the place of that use, and drops those without any. The roots
// are changed in place; so are the remaining shared expressions, which it returns.
func Inline(roots []*X, locals map[string]*X) map[string]*X {
	share(roots, locals)
	names := slices.Sorted(maps.Keys(locals))
	for {
		uses := map[string]int{}
		count := func(x *X) {
			x.Walk(func(y *X) {
				if n, ok := localName(y); ok {
					uses[n]++
				}
			})
		}
		for _, r := range roots {
			count(r)
		}
		for _, n := range names {
			count(locals[n])
		}
		var keep, gone []string
		for _, n := range names {
			if uses[n] > 1 {
				keep = append(keep, n)
			} else {
				gone = append(gone, n)
			}
		}
		if len(gone) == 0 {
			break
		}
		substitute := func(x *X) {
			x.Walk(func(y *X) {
				if n, ok := localName(y); ok && slices.Contains(gone, n) {
					*y = *locals[n]
				}
			})
		}
		for _, r := range roots {
			substitute(r)
		}
		for _, n := range keep {
			substitute(locals[n])
		}
		names = keep
	}
	out := map[string]*X{}
	for _, n := range names {
		out[n] = locals[n]
	}
	return out
}

// longText is the length from which on a text that occurs twice is shared.
const longText = 200

// share makes shared expressions of long texts that occur more than once, such as a configuration file in a ConfigMap and
// again in the annotation that restarts its readers.
func share(roots []*X, locals map[string]*X) {
	count := map[string]int{}
	long := func(y *X) string {
		if y.Type.Kind != String || y.Op == OpLit || y.Op == OpSel {
			return ""
		}
		if s := y.CEL(); len(s) >= longText && !strings.Contains(s, "@") { // no loop variables
			return s
		}
		return ""
	}
	for _, r := range roots {
		r.Walk(func(y *X) { count[long(y)]++ })
	}
	delete(count, "")
	named := map[string]string{}
	for _, r := range roots {
		r.Walk(func(y *X) {
			s := long(y)
			if count[s] < 2 {
				return
			}
			if named[s] == "" {
				named[s] = "text" + strconv.Itoa(len(named)+1)
				copied := *y
				locals[named[s]] = &copied
			}
			*y = *Local(named[s], y.Type)
		})
	}
}

// Expand is a copy of x in which no shared expressions remain.
func Expand(x *X, locals map[string]*X) *X {
	if x == nil {
		return nil
	}
	if n, ok := localName(x); ok && locals[n] != nil {
		return Expand(locals[n], locals)
	}
	out := *x
	out.Args, out.Parts = nil, nil
	for _, a := range x.Args {
		out.Args = append(out.Args, Expand(a, locals))
	}
	for _, p := range x.Parts {
		q := Part{Key: Expand(p.Key, locals), Val: Expand(p.Val, locals)}
		for _, c := range p.Clauses {
			q.Clauses = append(q.Clauses, Clause{Cond: Expand(c.Cond, locals), Var: c.Var, Src: Expand(c.Src, locals)})
		}
		out.Parts = append(out.Parts, q)
	}
	return &out
}
