package library

import (
	"regexp"
	"regexp/syntax"
	"sync"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

const (
	// maxPattern and maxStates bound a regular expression: its text, and what its repetitions make of it.
	maxPattern = 4096
	maxStates  = 20_000
	// maxMatch bounds the steps of one match: the states times the length of the text.
	maxMatch = 50_000_000
	// patternsKept is how many are remembered.
	patternsKept = 256
)

// pattern is a regular expression that was compiled, and how many states it has; or what is wrong with it.
type pattern struct {
	*regexp.Regexp
	states int
	err    ref.Val
}

var (
	patternsMu sync.Mutex
	patterns   = map[string]*pattern{}
)

func patternOf(s string) *pattern {
	if len(s) > maxPattern {
		return &pattern{err: types.NewErr("the regular expression has more than %d bytes", maxPattern)}
	}
	patternsMu.Lock()
	defer patternsMu.Unlock()
	if p, ok := patterns[s]; ok {
		return p
	}
	if len(patterns) >= patternsKept {
		clear(patterns)
	}
	p := compile(s)
	patterns[s] = p
	return p
}

func compile(s string) *pattern {
	tree, err := syntax.Parse(s, syntax.Perl)
	if err != nil {
		return &pattern{err: types.WrapErr(err)}
	}
	states := statesOf(tree)
	if states > maxStates {
		return &pattern{err: types.NewErr("the regular expression is too big: its repetitions make more than %d states", maxStates)}
	}
	re, err := regexp.Compile(s)
	if err != nil {
		return &pattern{err: types.WrapErr(err)}
	}
	return &pattern{Regexp: re, states: states}
}

// statesOf is about how many states a regular expression has when its repetitions are written out.
func statesOf(re *syntax.Regexp) int {
	n := 1 + len(re.Rune)
	for _, sub := range re.Sub {
		n += statesOf(sub)
	}
	if re.Op == syntax.OpRepeat {
		n *= max(re.Min, re.Max, 1)
	}
	return min(n, maxStates+1)
}

// matches is CEL's function of that name.
func matches(x, y ref.Val) ref.Val {
	s, isString := x.(types.String)
	re, isPattern := y.(types.String)
	if !isString || !isPattern {
		return types.MaybeNoSuchOverloadErr(x)
	}
	p := patternOf(string(re))
	switch {
	case p.err != nil:
		return p.err
	case p.states*(len(s)+1) > maxMatch:
		return types.NewErr("the regular expression is too big for a text of %d bytes", len(s))
	}
	return types.Bool(p.MatchString(string(s)))
}

// matchCost is what a match costs, and its share of compiling the expression.
func matchCost(args []ref.Val) int {
	p := patternOf(text(args[1]))
	return (p.states*(len(text(args[0]))+1))/200 + p.states/10 + len(text(args[1]))/4
}
