package validate

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
}

// differences lists where two values differ, at most a few.
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
	*out = append(*out, Difference{path, show(want), show(got)})
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
			*out = append(*out, Difference{p, show(a), "nothing"})
		default:
			*out = append(*out, Difference{p, "nothing", show(b)})
		}
	}
}

// sameScalar compares scalars. Marshalled JSON in a string may have its fields in another order: CUE promises none.
func sameScalar(a, b any) bool {
	if a == b {
		return true
	}
	s, ok1 := a.(string)
	t, ok2 := b.(string)
	if !ok1 || !ok2 || !json.Valid([]byte(s)) || !json.Valid([]byte(t)) {
		return false
	}
	x, err1 := render.DecodeJSON([]byte(`{"v":` + s + `}`))
	y, err2 := render.DecodeJSON([]byte(`{"v":` + t + `}`))
	if err1 != nil || err2 != nil {
		return false
	}
	var ds []Difference
	differences("", x, y, &ds)
	return len(ds) == 0
}

func show(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	if len(b) > 300 {
		return string(b[:300]) + "..."
	}
	return string(b)
}
