// Package cueerror says what CUE says in the words of someone who writes a framework, at the author's position.
package cueerror

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/diag"
	"github.com/kudoc/kudoc/internal/compile/eval/syntax"
	"github.com/kudoc/kudoc/internal/render/spell"
)

// Finding is an error of CUE, in the terms of a framework.
type Finding struct {
	Code    string
	Pos     token.Pos
	Related []token.Pos
	Path    []string
	Message string
	Hint    string
}

// AuthorPosition is the position in the author's files that an error is about, or none. CUE's own Position is often in the
// schema, and the author's value among the input positions.
func AuthorPosition(e errors.Error) token.Pos {
	if ps := authorPositions(e); len(ps) > 0 {
		return ps[0]
	}
	return token.NoPos
}

func authorPositions(e errors.Error) []token.Pos {
	var out []token.Pos
	for _, p := range append([]token.Pos{e.Position()}, e.InputPositions()...) {
		if syntax.IsAuthors(p) && !slices.ContainsFunc(out, func(q token.Pos) bool { return q.Position() == p.Position() }) {
			out = append(out, p)
		}
	}
	return out
}

// Text is the message of an error without its positions.
func Text(e errors.Error) string {
	format, args := e.Msg()
	return fmt.Sprintf(format, args...)
}

// Findings translates the errors of CUE about a value.
func Findings(root cue.Value, err error) []Finding {
	var out []Finding
	errs := errors.Errors(err)
	for i := 0; i < len(errs); i++ {
		e := errs[i]
		f := Finding{Code: diag.FromCUE, Path: authorPath(e.Path()), Message: Text(e)}
		if n := disjunctionSize(f.Message); n > 0 {
			branches := errs[i+1 : min(i+1+n, len(errs))]
			i += len(branches)
			f.disjunction(branches)
			out = append(out, f)
			continue
		}
		f.place(authorPositions(e))
		f.translate(root, e)
		out = append(out, f)
	}
	return out
}

func (f *Finding) place(ps []token.Pos) {
	if len(ps) > 0 {
		f.Pos, f.Related = ps[0], ps[1:]
	}
}

// authorPath is a path without the definitions of the schema in front.
func authorPath(path []string) []string {
	for len(path) > 0 && strings.HasPrefix(path[0], "#") {
		path = path[1:]
	}
	return path
}

var emptyDisjunction = regexp.MustCompile(`^(\d+) errors in empty disjunction`)

func disjunctionSize(msg string) int {
	m := emptyDisjunction.FindStringSubmatch(msg)
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(m[1])
	return n
}

func (f *Finding) suggest(name string, candidates []string) {
	if n := spell.Nearest(name, candidates); n != "" {
		f.Hint = fmt.Sprintf("did you mean %q?", n)
	}
}

var typeNames = regexp.MustCompile(`^(string|bool|int|number|bytes|null|float|u?int\d+|\{.*\}|\[.*\]|struct|list)$`)

// translate says what CUE says in the words of someone who writes a framework.
func (f *Finding) translate(root cue.Value, e errors.Error) {
	last := ""
	if len(f.Path) > 0 {
		last = unquoted(f.Path[len(f.Path)-1])
	}
	switch msg := f.Message; {
	case msg == "field not allowed":
		f.Code, f.Message = diag.UnknownField, fmt.Sprintf("unknown field %s", last)
		f.suggest(last, siblings(root, f.Path))
	case strings.HasPrefix(msg, "field is required but not present"):
		f.Code, f.Message = diag.Missing, fmt.Sprintf("required field %s is missing", last)
	case strings.HasPrefix(msg, "incomplete value"):
		f.Code, f.Message = diag.Missing, fmt.Sprintf("%s has no value", last)
	case strings.HasPrefix(msg, "builtin package"):
		f.Code = diag.UnknownImport
	case strings.HasPrefix(msg, "invalid value "):
		f.Code = diag.WrongValue
		if v, bound, ok := outOfBound(e); ok && forPeople[bound] != "" {
			f.Message = fmt.Sprintf("%s: %s is not %s", last, v, forPeople[bound])
		}
	case strings.HasPrefix(msg, "incompatible list lengths (0 and "):
		f.Code, f.Message = diag.WrongValue, fmt.Sprintf("%s is empty: at least one element is needed", last)
	case strings.HasPrefix(msg, "undefined field"), strings.HasPrefix(msg, "reference "):
		f.Code = diag.UnknownReference
	default:
		a, b, ok := conflict(e)
		if !ok {
			return
		}
		f.Code = diag.WrongValue
		switch {
		case typeNames.MatchString(b) && !typeNames.MatchString(a):
			f.Message = fmt.Sprintf("%s must be %s, not %s", last, typeWord(b), a)
		case typeNames.MatchString(a) && !typeNames.MatchString(b):
			f.Message = fmt.Sprintf("%s must be %s, not %s", last, typeWord(a), b)
		}
	}
}

func typeWord(t string) string {
	switch t[0] {
	case '{':
		return "a struct"
	case '[':
		return "a list"
	}
	return t
}

func unquoted(label string) string {
	if s, err := strconv.Unquote(label); err == nil {
		return s
	}
	return label
}

// siblings are the fields that the struct at the parent of a path may have.
func siblings(root cue.Value, path []string) []string {
	var sels []cue.Selector
	for _, p := range path[:max(len(path)-1, 0)] {
		if i, err := strconv.Atoi(p); err == nil {
			sels = append(sels, cue.Index(i))
			continue
		}
		sels = append(sels, cue.Str(unquoted(p)))
	}
	v := root.LookupPath(cue.MakePath(sels...))
	var out []string
	it, err := v.Fields(cue.Optional(true))
	if err != nil {
		return nil
	}
	for it.Next() {
		if sel := it.Selector(); sel.IsString() {
			out = append(out, sel.Unquoted())
		}
	}
	return slices.DeleteFunc(out, func(s string) bool { return len(path) > 0 && s == unquoted(path[len(path)-1]) })
}

// Joined is a path for people: plans.deploy.phases[0].
func Joined(path []string) string {
	var b strings.Builder
	for i, p := range path {
		switch _, err := strconv.Atoi(p); {
		case err == nil:
			b.WriteString("[" + p + "]")
		case i > 0:
			b.WriteString("." + p)
		default:
			b.WriteString(p)
		}
	}
	return b.String()
}
