package match

import (
	"fmt"
	"strings"

	"cuelang.org/go/cue"
)

// keys tell the elements of Kubernetes' lists apart. The first that an expected element has counts.
var keys = []string{"name", "key", "mountPath", "devicePath", "containerPort", "port", "ip", "topologyKey"}

// list compares a list: all elements in their order, or if the expected one is open, its elements with any of the others.
func (m *matcher) list(want cue.Value, elements cue.Iterator, got any, a at) {
	list, ok := got.([]any)
	if !ok {
		m.report(a, "want a list, got %s", show(got))
		return
	}
	if isOpen(want) {
		for elements.Next() {
			m.among(elements.Value(), list, a)
		}
		return
	}
	var all []cue.Value
	for elements.Next() {
		all = append(all, elements.Value())
	}
	if len(all) != len(list) {
		m.report(a, "want %d elements, got %d: %s", len(all), len(list), names(list))
		return
	}
	for i, e := range all {
		m.value(e, list[i], at{a.pos, fmt.Sprintf("%s[%d]", a.path, i)})
	}
}

// among looks for an element: one that is as expected, or else the first that has the same key tells what differs.
func (m *matcher) among(want cue.Value, list []any, a at) {
	a = a.of(want)
	key, value := keyOf(want)
	var closest []Mismatch
	for _, e := range list {
		inner := at{a.pos, fmt.Sprintf("%s[%s=%v]", a.path, key, value)}
		if o, ok := e.(map[string]any); key != "" && (!ok || fmt.Sprint(o[key]) != value) {
			continue
		}
		try := &matcher{context: m.context}
		try.value(want, e, inner)
		if len(try.found) == 0 {
			return
		}
		if key != "" && closest == nil {
			closest = try.found
		}
	}
	switch {
	case closest != nil:
		m.found = append(m.found, closest...)
	case key != "":
		m.report(a, "want an element with %s %s, got %s", key, value, names(list))
	default:
		m.report(a, "want an element %s, got %s", expected(want), names(list))
	}
}

// keyOf is the key of an expected element and its value, or "".
func keyOf(want cue.Value) (key, value string) {
	if want.IncompleteKind() != cue.StructKind {
		return "", ""
	}
	for _, k := range keys {
		v := want.LookupPath(cue.MakePath(cue.Str(k)))
		if s, err := v.String(); err == nil {
			return k, s
		}
		if n, err := v.Int64(); err == nil {
			return k, fmt.Sprint(n)
		}
	}
	return "", ""
}

// names lists elements by their keys, or as they are.
func names(list []any) string {
	if len(list) == 0 {
		return "none"
	}
	out := make([]string, len(list))
	for i, e := range list {
		out[i] = show(e)
		o, ok := e.(map[string]any)
		for _, k := range keys {
			if v, has := o[k]; ok && has {
				out[i] = fmt.Sprint(v)
				break
			}
		}
	}
	return strings.Join(out, ", ")
}

// isOpen says whether an expected list ends in "...".
func isOpen(want cue.Value) bool { return !want.Len().IsConcrete() }

// ours says whether an expectation means something else than CUE would make of it: it compares an open list by position, and
// takes no integer for a float.
func ours(want cue.Value) bool {
	switch want.IncompleteKind() {
	case cue.ListKind:
		elements, err := want.List()
		if err != nil {
			return false
		}
		if isOpen(want) {
			return true
		}
		for elements.Next() {
			if ours(elements.Value()) {
				return true
			}
		}
	case cue.StructKind:
		fields, err := want.Fields(cue.Optional(true))
		for err == nil && fields.Next() {
			if ours(fields.Value()) {
				return true
			}
		}
	default:
		return want.Kind() == cue.FloatKind
	}
	return false
}
