package testrun

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/render/spell"
	"github.com/kudoc/kudoc/internal/testrun/match"
	"github.com/kudoc/kudoc/internal/testrun/outcome"
)

// expectations compares what a test expects with what happens. It is pure.
type expectations struct {
	*test
	failures []outcome.Failure
}

func (e *expectations) fail(pos token.Pos, format string, args ...any) *outcome.Failure {
	e.failures = append(e.failures, outcome.Failure{Place: outcome.At(pos), Message: fmt.Sprintf(format, args...)})
	return &e.failures[len(e.failures)-1]
}

// sorted are the failures by place, each once.
func (e *expectations) sorted() []outcome.Failure {
	slices.SortStableFunc(e.failures, func(a, b outcome.Failure) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), strings.Compare(a.Message, b.Message))
	})
	return slices.Compact(e.failures)
}

func (e *expectations) compare(h *happening) {
	switch {
	case e.rejected != "" && h.refused == nil:
		e.fail(e.pos("rejected"), "want it rejected with %q, got it accepted", e.rejected)
		return
	case e.rejected != "" && !strings.Contains(h.refused.message, e.rejected):
		e.fail(e.pos("rejected"), "want it rejected with %q, got %q", e.rejected, h.refused.message)
		return
	case e.rejected != "":
		return
	case h.refused != nil:
		e.fail(h.refused.pos, "%s", h.refused.message)
		return
	}
	if e.has("plans") && !slices.Equal(e.plans, h.plans) {
		e.fail(e.pos("plans"), "want plans %s, got %s", listed(e.plans), listed(h.plans))
	}
	if e.has("order") {
		e.compareOrder(h)
	}
	e.compareObjects(h)
	if want := e.field("outputs"); want.Exists() {
		for _, m := range match.Compare(want, h.outputs, e.pos("outputs")) {
			e.mismatch("outputs", m)
		}
	}
}

func (e *expectations) mismatch(what string, m match.Mismatch) {
	if m.Path != "" {
		what += ": " + m.Path
	}
	e.fail(m.Pos, "%s: %s", what, m.Message).Diff = m.Diff
}

// compareOrder compares the whole order, or if the list is open, whether what is in it happens one after the other.
func (e *expectations) compareOrder(h *happening) {
	got := make([]string, len(h.objects))
	for i := range h.objects {
		got[i] = h.objects[i].String()
	}
	if e.field("order").Len().IsConcrete() {
		if !slices.Equal(e.order, got) {
			e.fail(e.pos("order"), "the order differs").Diff = match.Lines(strings.Join(e.order, "\n"), strings.Join(got, "\n"))
		}
		return
	}
	rest := got
	for i, line := range e.order {
		at := slices.Index(rest, line)
		switch {
		case at >= 0:
			rest = rest[at+1:]
			continue
		case slices.Contains(got, line) && i > 0:
			e.fail(e.element("order", i), "want %q after %q, got it before", line, e.order[i-1])
		default:
			e.fail(e.element("order", i), "want %q, got no such thing%s", line, meant(line, got))
		}
		return
	}
}

func (e *expectations) compareObjects(h *happening) {
	for _, o := range e.objects() {
		found, pos := h.called(o.key), e.pos("objects", o.key)
		if len(found) == 0 && !o.optional {
			e.fail(pos, "there is no %s%s", o.key, meant(o.key, h.keys(o.key)))
		}
		for _, d := range found {
			if o.want.IncompleteKind() == cue.BottomKind {
				e.fail(pos, "want no %s, got it: %s", o.key, &d)
				continue
			}
			for _, m := range match.Compare(o.want, d.object.Object, pos) {
				e.mismatch(o.key, m)
			}
		}
	}
	for i, key := range e.absent {
		for _, d := range h.called(key) {
			e.fail(e.element("absent", i), "want no %s, got it: %s", key, &d)
		}
	}
}

// called are the objects that a key means. One that several steps make is there once if it is the same.
func (h *happening) called(key string) []done {
	var out []done
	for _, d := range h.objects {
		same := func(o done) bool { return reflect.DeepEqual(o.object.Object, d.object.Object) }
		if d.called(key) && !slices.ContainsFunc(out, same) {
			out = append(out, d)
		}
	}
	return out
}

// keys are the objects that there are, in the form of a key.
func (h *happening) keys(like string) []string {
	var out []string
	for i := range h.objects {
		key := h.objects[i].key()
		if !isKind(like) {
			key = h.objects[i].task + "/" + h.objects[i].id
		}
		if !slices.Contains(out, key) {
			out = append(out, key)
		}
	}
	return out
}

// few is how many names are listed in a message.
const few = 12

// meant suggests a name, or lists those that there are if they are few.
func meant(name string, names []string) string {
	switch n := spell.Nearest(name, names); {
	case n != "":
		return fmt.Sprintf(" (did you mean %q?)", n)
	case len(names) == 0:
		return " (there is nothing at all)"
	case len(names) <= few:
		return fmt.Sprintf(" (there are %s)", strings.Join(names, ", "))
	}
	return ""
}

func listed(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}
