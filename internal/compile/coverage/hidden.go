package coverage

import (
	"github.com/kudoc/kudoc/internal/compile/expr"
)

// Hidden are the parameters that expressions read only in sides of conditions that no input takes, each with the first of
// those sides that reads it.
func Hidden(roots []*expr.X, missed []Missed) map[string]Missed {
	if len(missed) == 0 {
		return nil
	}
	dead := map[string]bool{}
	for _, m := range missed {
		dead[m.side()] = true
	}
	open := reads(roots, dead)
	out := map[string]Missed{}
	for name := range reads(roots, nil) {
		if open[name] || open[everything] {
			continue
		}
		for _, m := range missed {
			if !reads(roots, without(dead, m.side()))[name] {
				continue
			}
			out[name] = m
			break
		}
	}
	delete(out, everything)
	return out
}

func (m Missed) side() string {
	if m.Value {
		return m.Then
	}
	return m.Else
}

func without(dead map[string]bool, side string) map[string]bool {
	out := map[string]bool{}
	for d := range dead {
		out[d] = d != side
	}
	return out
}

// everything stands for all parameters.
const everything = ""

// reads are the parameters that expressions read outside of dead sides.
func reads(roots []*expr.X, dead map[string]bool) map[string]bool {
	out := map[string]bool{}
	expr.Outside(roots, dead, func(x *expr.X) bool {
		field := x.Op == expr.OpSel || x.Op == expr.OpHas
		switch {
		case field && isParams(x.Args[0]):
			out[x.Name] = true
			return false
		case isParams(x):
			out[everything] = true
		}
		return true
	})
	return out
}

func isParams(x *expr.X) bool { return x.Op == expr.OpVar && x.Name == "params" }
