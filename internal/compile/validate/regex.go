package validate

import (
	"regexp"
	"regexp/syntax"
	"strings"
)

// matching makes a string that matches a regular expression, or reports false.
func (g *generator) matching(pattern string) (string, bool) {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return "", false
	}
	var b strings.Builder
	g.write(&b, re, 0)
	ok, err := regexp.MatchString(pattern, b.String())
	return b.String(), err == nil && ok
}

func (g *generator) write(b *strings.Builder, re *syntax.Regexp, depth int) {
	if depth > 50 || b.Len() > 200 {
		return
	}
	repeat := func(lo, hi int) {
		n := lo
		if hi > lo {
			n += g.random.IntN(min(hi-lo, 4) + 1)
		}
		for range n {
			g.write(b, re.Sub[0], depth+1)
		}
	}
	switch re.Op {
	case syntax.OpLiteral:
		for _, r := range re.Rune {
			b.WriteRune(r)
		}
	case syntax.OpCharClass:
		if len(re.Rune) > 1 {
			i := g.random.IntN(len(re.Rune)/2) * 2
			lo, hi := re.Rune[i], re.Rune[i+1]
			b.WriteRune(lo + g.random.Int32N(min(hi-lo, 100)+1))
		}
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		b.WriteByte('x')
	case syntax.OpCapture:
		g.write(b, re.Sub[0], depth+1)
	case syntax.OpConcat:
		for _, s := range re.Sub {
			g.write(b, s, depth+1)
		}
	case syntax.OpAlternate:
		g.write(b, re.Sub[g.random.IntN(len(re.Sub))], depth+1)
	case syntax.OpStar:
		repeat(0, 3)
	case syntax.OpPlus:
		repeat(1, 4)
	case syntax.OpQuest:
		repeat(0, 1)
	case syntax.OpRepeat:
		hi := re.Max
		if hi < 0 {
			hi = re.Min + 3
		}
		repeat(re.Min, hi)
	default: // what matches no text writes none
	}
}
