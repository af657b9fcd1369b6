// Package difference compares what two implementations make of the same input.
package difference

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kudoc/kudoc/internal/render"
)

// Difference is where two values differ.
type Difference struct {
	Path      string
	CUE, Kudo string // JSON, or "nothing"

	Under string // the path without the names of fields that only one side has
}

// Between lists where what CUE says and what the template says differ, at most a few.
func Between(want, got any) []Difference {
	var out []Difference
	differences("", want, got, &out)
	return out
}

func differences(path string, want, got any, out *[]Difference) {
	if len(*out) >= 5 {
		return
	}
	switch x := want.(type) {
	case map[string]any:
		if y, ok := got.(map[string]any); ok {
			differentFields(path, x, y, out)
			return
		}
	case []any:
		y, ok := got.([]any)
		if ok && len(x) == len(y) {
			for i := range x {
				differences(fmt.Sprintf("%s[%d]", path, i), x[i], y[i], out)
			}
			return
		}
	default:
		if sameScalar(want, got) {
			return
		}
	}
	*out = append(*out, Difference{Path: path, CUE: Show(want), Kudo: Show(got), Under: path})
}

func differentFields(path string, x, y map[string]any, out *[]Difference) {
	keys := map[string]bool{}
	for k := range x {
		keys[k] = true
	}
	for k := range y {
		keys[k] = true
	}
	for _, k := range slices.Sorted(maps.Keys(keys)) {
		p := strings.TrimPrefix(path+"."+k, ".")
		a, inX := x[k]
		b, inY := y[k]
		switch {
		case inX && inY:
			differences(p, a, b, out)
		case inX:
			*out = append(*out, Difference{Path: p, CUE: Show(a), Kudo: "nothing", Under: path})
		default:
			*out = append(*out, Difference{Path: p, CUE: "nothing", Kudo: Show(b), Under: path})
		}
	}
}

// sameScalar compares scalars. Marshalled JSON and YAML in a string may have their fields in another order: CUE promises
// none.
func sameScalar(a, b any) bool {
	if a == b {
		return true
	}
	s, ok1 := a.(string)
	t, ok2 := b.(string)
	if !ok1 || !ok2 {
		return false
	}
	if !json.Valid([]byte(s)) || !json.Valid([]byte(t)) {
		return sameYAML(s, t)
	}
	x, err1 := render.DecodeJSON([]byte(`{"v":` + s + `}`))
	y, err2 := render.DecodeJSON([]byte(`{"v":` + t + `}`))
	if err1 != nil || err2 != nil {
		return false
	}
	return len(Between(x, y)) == 0
}

// Show is a value as JSON for people, cut where it is too long for a message.
func Show(v any) string {
	s, err := plainJSON(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	if len(s) > 300 {
		return strings.ToValidUTF8(s[:300], "") + "..."
	}
	return s
}

// plainJSON is JSON as a person writes it: nothing is escaped for HTML.
func plainJSON(v any) (string, error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return strings.TrimSuffix(b.String(), "\n"), err
}
