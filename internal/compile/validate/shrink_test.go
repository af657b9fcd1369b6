package validate_test

import (
	"strings"
	"testing"

	"github.com/kudoc/kudoc/internal/compile/validate"
)

func TestAMismatchShowsTheSmallestInputAndEachCauseOnce(t *testing.T) {
	for name, tc := range map[string]struct{ old, with, given, in string }{
		"every input":           {"params.n * 2", "params.n + 4", "without parameters", "deploy/p/s"},
		"one parameter":         {"params.n * 2", "params.n >= 8 ? 5 : params.n * 2", `with parameters {"n":8}`, "deploy/p/s"},
		"a list":                {`{"$cel": "params.words"}`, `{"$if": "params.words.size() < 2", "$then": {"$cel": "params.words"}, "$else": {"$cel": "params.words.filter(w, false)"}}`, `with parameters {"words":["`, "deploy/p/s"},
		"a map":                 {`{"$cel": "params.labels"}`, `{"$if": "len(params.labels) < 1", "$then": {"$cel": "params.labels"}, "$else": {}}`, `with parameters {"labels":{"`, "deploy/p/s"},
		"narrow parameters":     {"self <= 9", "self <= 8", `with parameters {"n":9}`, ""},
		"a template that fails": {"params.n * 2", "check(params.n * 2, params.n != 9, 'no')", `with parameters {"n":9}`, "deploy/p/s"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := validate.Run(subject(t, tc.old, tc.with))
			if err != nil {
				t.Fatal(err)
			}
			if len(r.Mismatches) != 1 {
				t.Fatalf("%d mismatches, want 1: %+v", len(r.Mismatches), r.Mismatches)
			}
			m := r.Mismatches[0]
			if got := m.Given(); !strings.HasPrefix(got, tc.given) || len(m.Input) > 1 || strings.Contains(got, `\u003`) {
				t.Errorf("got %s, want %s", got, tc.given)
			}
			if got := m.Place.In(); got != tc.in {
				t.Errorf("in %s, want %s", got, tc.in)
			}
		})
	}
}
