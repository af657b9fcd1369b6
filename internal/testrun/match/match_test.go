package match

import (
	"encoding/json"
	"strings"
	"testing"

	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/token"
	"github.com/google/go-cmp/cmp"

	"github.com/kudoc/kudoc/internal/render"
)

func TestCompareNamesEveryDifference(t *testing.T) {
	tests := map[string]struct {
		want, got string
		found     string // a line each; "" if all is as expected
	}{
		"what nothing is expected of may be anything":   {`{}`, `{"a": 1}`, ""},
		"a value is the same":                           {`{a: 1, b: {c: "x"}}`, `{"a": 1, "b": {"c": "x", "d": true}}`, ""},
		"or another":                                    {`{a: 1, b: {c: "x"}}`, `{"a": 2, "b": {"c": "y"}}`, "a: want 1, got 2\nb.c: want \"x\", got \"y\""},
		"of another type":                               {`{a: "1", b: {}, c: []}`, `{"a": 1, "b": 1, "c": {}}`, "a: want \"1\", got 1\nb: want a struct, got 1\nc: want a list, got {}"},
		"null is a value":                               {`{a: null, b: 1}`, `{"a": null, "b": null}`, "b: want 1, got null"},
		"a float may be an integer in JSON":             {`{a: 1.0, b: 0.5}`, `{"a": 1, "b": 0.5}`, ""},
		"a constraint holds":                            {`{a: >=1 & <=3, b: =~"^x", c: string | int, d: *1 | 2, e: *"a" | "b"}`, `{"a": 2, "b": "xy", "c": 1, "d": 2, "e": "b"}`, ""},
		"or does not":                                   {`{a: >=1 & <=3, b: =~"^x"}`, `{"a": 4, "b": "y"}`, "a: want >=1 & <=3, got 4\nb: want =~\"^x\", got \"y\""},
		"any value will do, but there must be one":      {`{a: _, b: _}`, `{"a": 1}`, "b: want any value, got no such field (did you mean \"a\"?)"},
		"a misspelt field gets a suggestion":            {`{replica: 1}`, `{"replicas": 1}`, "replica: want 1, got no such field (did you mean \"replicas\"?)"},
		"a field must not be there":                     {`{a?: _|_, b?: _|_}`, `{"a": 1}`, "a: want no such field, got 1"},
		"a field may be absent, but not another":        {`{a?: 1, b?: 1}`, `{"b": 2}`, "b: want 1, got 2"},
		"a closed struct has no other fields":           {`close({a: 1})`, `{"a": 1, "b": 2}`, "b: want no such field, got 2"},
		"also where lists are in it":                    {`close({a: [1, ...]})`, `{"a": [1], "b": 2}`, "b: want no such field, got 2"},
		"a pattern holds for all fields":                {`{[string]: <3}`, `{"a": 1, "b": 3}`, "b: invalid value 3 (out of bound <3)"},
		"a closed list is all elements in order":        {`{a: [{x: 1}, {x: 2}]}`, `{"a": [{"x": 1, "y": 1}, {"x": 3}]}`, "a[1].x: want 2, got 3"},
		"and no more":                                   {`{a: [{name: "x"}]}`, `{"a": [{"name": "x"}, {"name": "y"}]}`, "a: want 1 elements, got 2: x, y"},
		"an open list is some of them":                  {`{a: [3, 1, ...]}`, `{"a": [1, 2, 3]}`, ""},
		"whatever their order":                          {`{a: [{name: "y", v: 2}, {name: "x"}, ...]}`, `{"a": [{"name": "x", "v": 1}, {"name": "y", "v": 2}]}`, ""},
		"an element of the same name tells what it is":  {`{a: [{name: "y", v: 3}, ...]}`, `{"a": [{"name": "x", "v": 1}, {"name": "y", "v": 2}]}`, "a[name=y].v: want 3, got 2"},
		"unless there is none":                          {`{a: [{name: "z"}, ...]}`, `{"a": [{"name": "x"}, {"name": "y"}]}`, "a: want an element with name z, got x, y"},
		"of several with a key, one will do":            {`{a: [{port: 53, protocol: "UDP"}, ...]}`, `{"a": [{"port": 53, "protocol": "TCP"}, {"port": 53, "protocol": "UDP"}]}`, ""},
		"elements without a key are looked for":         {`{a: [{v: >5}, ...]}`, `{"a": [{"v": 1}, {"v": 2}]}`, "a: want an element { v: >5 }, got {\"v\":1}, {\"v\":2}"},
		"a text of several lines shows those that vary": {`{a: "one\ntwo\nthree\n"}`, `{"a": "one\n2\nthree\n"}`, "a: the text differs\n--- want\n+++ got\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			want := cuecontext.New().CompileString(test.want)
			if err := want.Validate(); err != nil {
				t.Fatal(err)
			}
			got, err := render.DecodeJSON([]byte(test.got))
			if err != nil {
				t.Fatal(err)
			}
			var found []string
			for _, m := range Compare(want, got, token.NoPos) {
				line := m.Message
				if m.Path != "" {
					line = m.Path + ": " + line
				}
				if m.Diff != "" {
					line += "\n" + strings.TrimSuffix(m.Diff, "\n")
				}
				found = append(found, line)
			}
			if d := cmp.Diff(test.found, strings.Join(found, "\n")); d != "" {
				t.Error(d)
			}
		})
	}
}

// FuzzCompare: whatever is rendered, a value is as its own JSON says, and comparing does not end the program.
func FuzzCompare(f *testing.F) {
	for _, seed := range []string{`{}`, `{"a": [1, {"name": "x"}, null], "b": {"c": "x\ny\nz"}}`, `{"a.b": 1.5, "": [[]]}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := render.DecodeJSON(data)
		if err != nil {
			t.Skip()
		}
		b, err := json.Marshal(got)
		if err != nil {
			t.Skip()
		}
		want := cuecontext.New().CompileBytes(b)
		if want.Validate() != nil {
			t.Skip() // a field twice
		}
		if found := Compare(want, got, token.NoPos); len(found) > 0 {
			t.Errorf("%s is not as it says itself: %v", data, found)
		}
	})
}
