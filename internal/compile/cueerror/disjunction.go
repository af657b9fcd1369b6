package cueerror

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cuelang.org/go/cue/errors"

	"github.com/kudoc/kudoc/internal/compile/diag"
)

// disjunction folds the errors of all branches into one: which values there are to choose from.
func (f *Finding) disjunction(branches []errors.Error) {
	f.Code = diag.WrongValue
	for _, b := range branches {
		if !f.Pos.IsValid() {
			f.place(authorPositions(b))
		}
		if len(f.Path) == 0 {
			f.Path = authorPath(b.Path())
		}
	}
	got, options := alternatives(branches)
	if len(options) == 0 {
		f.Message = "no alternative matches"
		return
	}
	var meant []string
	for _, v := range options {
		if s, err := strconv.Unquote(v); err == nil {
			meant = append(meant, s)
		}
	}
	f.Message = fmt.Sprintf("%s is not %s", got, strings.Join(options, " or "))
	if n := len(f.Path); n > 0 {
		f.Message = f.Path[n-1] + ": " + f.Message
	}
	if s, err := strconv.Unquote(got); err == nil {
		f.suggest(s, meant)
	}
}

// alternatives tells the author's value, which every branch refuses, from what the branches ask for.
func alternatives(branches []errors.Error) (got string, options []string) {
	count := map[string]int{}
	var values []string
	add := func(v string) {
		if !slices.Contains(values, v) {
			values = append(values, v)
		}
	}
	for _, b := range branches {
		if x, y, ok := conflict(b); ok {
			count[x]++
			count[y]++
			add(inWords(x))
			add(inWords(y))
		} else if x, bound, ok := outOfBound(b); ok {
			count[x] += 2 // a bound is never what the author gave
			add(x)
			add(inWords(bound))
		}
	}
	for v, n := range count {
		if n > count[got] || n == count[got] && slices.Index(values, v) < slices.Index(values, got) {
			got = v
		}
	}
	for _, v := range values {
		if slices.ContainsFunc(values, isForPeople) && !isForPeople(v) {
			continue // the default is one of what the words say
		}
		if _, err := strconv.ParseFloat(v, 64); err == nil && slices.ContainsFunc(values, isBound) {
			continue // a default within the bounds
		}
		if v != got {
			options = append(options, v)
		}
	}
	slices.Sort(options)
	return got, options
}

func isBound(v string) bool { return strings.HasPrefix(v, "<") || strings.HasPrefix(v, ">") }

// forPeople says in words what the patterns of the language demand.
var forPeople = map[string]string{
	`=~"^([1-9][0-9]*h)?([1-9][0-9]*m)?([1-9][0-9]*s)?$"`: "a duration such as 90s, 10m or 1h30m",
	`=~"^[a-z]([-a-z0-9]*[a-z0-9])?$"`:                    "a name: lower case letters, digits and hyphens, beginning with a letter",
	`=~"^[a-zA-Z][a-zA-Z0-9_]*$"`:                         "a name: letters, digits and underscores, beginning with a letter",
	`=~"^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$"`:               "the name of an instance: at most 40 lower case letters, digits and hyphens",
	`=~"^[a-zA-Z0-9][-_.a-zA-Z0-9]*[.]yaml$"`:             "the name of a file that ends in .yaml",
	`=~"^[0-9]+\\.[0-9]+\\.[0-9]+(-[0-9A-Za-z.-]+)?$"`:    "a semantic version such as 1.2.0",
}

func inWords(pattern string) string {
	if word := forPeople[pattern]; word != "" {
		return word
	}
	return pattern
}

func isForPeople(s string) bool {
	for _, word := range forPeople {
		if s == word {
			return true
		}
	}
	return false
}

// conflict returns the two values of which an error says that they conflict.
func conflict(e errors.Error) (a, b string, ok bool) {
	format, args := e.Msg()
	if !strings.HasPrefix(format, "conflicting values") || len(args) < 2 {
		return "", "", false
	}
	return fmt.Sprint(args[0]), fmt.Sprint(args[1]), true
}

// outOfBound returns the value that a bound or a pattern refuses, and that bound.
func outOfBound(e errors.Error) (value, bound string, ok bool) {
	format, args := e.Msg()
	if !strings.HasPrefix(format, "invalid value %v (out of bound") || len(args) < 2 {
		return "", "", false
	}
	return fmt.Sprint(args[0]), fmt.Sprint(args[1]), true
}
