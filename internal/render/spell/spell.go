// Package spell guesses which name a person meant.
package spell

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Nearest returns the candidate that is most like name, or "" if none is like it enough to be worth suggesting.
func Nearest(name string, candidates []string) string {
	best, bestDist := "", 1+utf8.RuneCountInString(name)/3
	for _, c := range slices.Sorted(slices.Values(candidates)) {
		if c == name {
			continue
		}
		d := distance(strings.ToLower(name), strings.ToLower(c))
		if len(name) >= 3 && strings.HasPrefix(c, name[:3]) && d > 1 {
			d-- // the beginning of a name is what people remember
		}
		if d < bestDist || d == bestDist && best == "" {
			best, bestDist = c, d
		}
	}
	return best
}

// Hint is Nearest as the end of a message: ` (did you mean "x"?)`, or "".
func Hint(name string, candidates []string) string {
	if n := Nearest(name, candidates); n != "" {
		return ` (did you mean "` + n + `"?)`
	}
	return ""
}

// distance is the number of insertions, deletions, substitutions and swaps of neighbours between a and b.
func distance(a, b string) int {
	r, s := []rune(a), []rune(b)
	if len(r) > 100 || len(s) > 100 {
		return 1000
	}
	before, prev, cur := make([]int, len(s)+1), make([]int, len(s)+1), make([]int, len(s)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(r); i++ {
		cur[0] = i
		for j := 1; j <= len(s); j++ {
			cost := 1
			if r[i-1] == s[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && r[i-1] == s[j-2] && r[i-2] == s[j-1] {
				cur[j] = min(cur[j], before[j-2]+1)
			}
		}
		before, prev, cur = prev, cur, before
	}
	return prev[len(s)]
}
