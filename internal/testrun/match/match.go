// Package match compares what was rendered with what a test expects of it, which is any value of CUE. It is pure.
package match

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/token"
	"github.com/rogpeppe/go-internal/diff"

	"github.com/kudoc/kudoc/internal/compile/cueerror"
	"github.com/kudoc/kudoc/internal/compile/eval/syntax"
	"github.com/kudoc/kudoc/internal/compile/source"
	"github.com/kudoc/kudoc/internal/render/spell"
)

// Mismatch is a value that is not as expected.
type Mismatch struct {
	Pos     token.Pos // of the expectation
	Path    string    // of the value, such as spec.ports[name=client].port
	Message string
	Diff    string // the lines that differ, of a text with several
}

// Compare lists how a value of JSON types differs from what is expected. pos stands in where CUE does not know the place of
// an expectation.
func Compare(want cue.Value, got any, pos token.Pos) []Mismatch {
	m := &matcher{context: cuecontext.New()}
	m.value(want, got, at{pos: pos})
	return m.found
}

type matcher struct {
	context *cue.Context
	found   []Mismatch
}

// at is where a comparison is.
type at struct {
	pos  token.Pos
	path string
}

// field is a field of what is at a place.
func (a at) field(name string) at {
	if a.path == "" {
		return at{a.pos, name}
	}
	if strings.ContainsAny(name, ".[]/ ") {
		return at{a.pos, fmt.Sprintf("%s[%q]", a.path, name)}
	}
	return at{a.pos, a.path + "." + name}
}

// of is the place of an expectation in a test, as exactly as it is known.
func (a at) of(want cue.Value) at {
	if p := want.Pos(); syntax.IsAuthors(p) && source.IsTest(p.Filename()) {
		a.pos = p
	}
	return a
}

func (m *matcher) report(a at, format string, args ...any) {
	m.found = append(m.found, Mismatch{Pos: a.pos, Path: a.path, Message: fmt.Sprintf(format, args...)})
}

func (m *matcher) value(want cue.Value, got any, a at) {
	a = a.of(want)
	switch want.IncompleteKind() {
	case cue.StructKind:
		if fields, err := want.Fields(cue.Optional(true)); err == nil {
			m.structure(want, fields, got, a)
			return
		}
	case cue.ListKind:
		if elements, err := want.List(); err == nil {
			m.list(want, elements, got, a)
			return
		}
	default: // a scalar, or one of several kinds: CUE decides
	}
	m.unify(want, got, a)
}

// structure compares field by field, so that every field that differs is named; then CUE says whether constraints hold that
// belong to no field.
func (m *matcher) structure(want cue.Value, fields *cue.Iterator, got any, a at) {
	object, ok := got.(map[string]any)
	if !ok {
		m.report(a, "want a struct, got %s", show(got))
		return
	}
	before := len(m.found)
	expected := map[string]bool{}
	for fields.Next() {
		sel := fields.Selector()
		if sel.LabelType() == cue.StringLabel {
			expected[sel.Unquoted()] = true
			m.field(sel, fields.Value(), object, a)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if !expected[name] && !want.Allows(cue.Str(name)) {
			m.report(a.field(name), "want no such field, got %s", show(object[name]))
		}
	}
	if len(m.found) == before && !ours(want) {
		m.constraints(want, got, a)
	}
}

// constraints lets CUE say which constraints on a struct as a whole do not hold, such as patterns of fields.
func (m *matcher) constraints(want cue.Value, got any, a at) {
	err := want.Unify(m.context.Encode(got, cue.NilIsAny(false))).Validate(cue.Concrete(true))
	for _, e := range errors.Errors(err) {
		inner := a
		path := e.Path()
		for _, name := range path[min(len(want.Path().Selectors()), len(path)):] {
			inner = inner.field(name)
		}
		m.report(inner, "%s", cueerror.Text(e))
	}
}

func (m *matcher) field(sel cue.Selector, want cue.Value, object map[string]any, a at) {
	name := sel.Unquoted()
	got, has := object[name]
	a = a.field(name).of(want)
	optional := sel.ConstraintType() == cue.OptionalConstraint
	switch {
	case optional && !has:
	case optional && want.IncompleteKind() == cue.BottomKind:
		m.report(a, "want no such field, got %s", show(got))
	case !has:
		others := slices.DeleteFunc(slices.Sorted(maps.Keys(object)), func(s string) bool { return s == name })
		m.report(a, "want %s, got no such field%s", expected(want), spell.Hint(name, others))
	default:
		m.value(want, got, a)
	}
}

// unify lets CUE decide about a value as a whole.
func (m *matcher) unify(want cue.Value, got any, a at) {
	if _, open := want.Default(); !open {
		if text, err := want.String(); err == nil {
			m.text(text, got, a)
			return
		}
		if x, err := want.Float64(); err == nil && equal(x, got) {
			return
		}
	}
	encoded := m.context.Encode(got, cue.NilIsAny(false))
	if want.Unify(encoded).Validate(cue.Concrete(true)) != nil {
		m.report(a, "want %s, got %s", expected(want), show(got))
	}
}

// text compares with a text; of several lines, those that differ are shown.
func (m *matcher) text(want string, got any, a at) {
	text, ok := got.(string)
	if ok && text == want {
		return
	}
	if !ok || strings.Count(want, "\n")+strings.Count(text, "\n") < 2 {
		m.report(a, "want %s, got %s", show(want), show(got))
		return
	}
	m.report(a, "the text differs")
	m.found[len(m.found)-1].Diff = Lines(want, text)
}

// Lines are the lines in which two texts differ, with those around them; what is only wanted is marked with a minus.
func Lines(want, got string) string {
	end := func(s string) []byte {
		if s != "" && !strings.HasSuffix(s, "\n") {
			s += "\n"
		}
		return []byte(s)
	}
	out := string(diff.Diff("want", end(want), "got", end(got)))
	if _, hunks, ok := strings.Cut(out, "+++ got\n"); ok {
		return "--- want\n+++ got\n" + hunks
	}
	return out
}

// equal says whether a number is that of a float, which CUE tells from an integer and JSON does not.
func equal(want float64, got any) bool {
	switch x := got.(type) {
	case int64:
		return float64(x) == want
	case float64:
		return x == want
	}
	return false
}

// show is a value in a line.
func show(v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return fmt.Sprint(v)
	}
	return syntax.Abbreviate(strings.TrimSpace(b.String()))
}

// expected is an expectation in a line.
func expected(want cue.Value) string {
	if b, err := want.MarshalJSON(); err == nil {
		var v any
		if json.Unmarshal(b, &v) == nil {
			return show(v)
		}
	}
	text := strings.Join(strings.Fields(fmt.Sprint(want)), " ")
	if text == "_" {
		text = "any value"
	}
	return syntax.Abbreviate(text)
}
