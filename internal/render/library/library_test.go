package library

import (
	"strings"
	"testing"

	"github.com/google/cel-go/cel"
	"github.com/google/go-cmp/cmp"

	"github.com/kudoc/kudoc/internal/render/value"
)

func TestFunctionsMeanWhatCUEMeans(t *testing.T) {
	env, err := cel.NewEnv(Functions()...)
	if err != nil {
		t.Fatal(err)
	}
	for source, want := range map[string]any{
		`div(-7, 2)`:                          int64(-4),
		`div(-7, -2)`:                         int64(4),
		`mod(-7, 2)`:                          int64(1),
		`mod(-7, -2)`:                         int64(1),
		`quo(-7, 2)`:                          int64(-3),
		`rem(-7, 2)`:                          int64(-1),
		`div(1, 0)`:                           "division by zero",
		`div(-9223372036854775807 - 1, -1)`:   "integer overflow",
		`len("é")`:                            int64(2),
		`len([1, 2])`:                         int64(2),
		`len(obj(["a", 1]))`:                  int64(1),
		`len(1)`:                              "has no length",
		`str(1e21)`:                           "1E+21",
		`str(0.0000001)`:                      "1E-7",
		`str(0.000001)`:                       "0.000001",
		`str(true)`:                           "true",
		`str([])`:                             "cannot stand in a string",
		`strings.Repeat("ab", -1)`:            "negative count",
		`strings.Replace("aaa", "a", "b", 2)`: "bba",
		`strings.Join(["a", "b"], "-")`:       "a-b",
		`strings.Join([1], "-")`:              "element 0 is not a string",
		`list.Range(0, 5, 2)`:                 []any{int64(0), int64(2), int64(4)},
		`list.Range(3, 0, -1)`:                []any{int64(3), int64(2), int64(1)},
		`list.Range(0, -1, 1)`:                "the end must be greater",
		`list.Range(9223372036854775806, 9223372036854775807, 5)`: []any{int64(9223372036854775806)},
		`list.Max([1, 3, 2])`:                                              int64(3),
		`list.Min([])`:                                                     "the list is empty",
		`list.Sum([])`:                                                     int64(0),
		`list.Sum([9223372036854775807, 1])`:                               "integer overflow",
		`list.Contains([obj(["a", 1])], {"a": 1})`:                         true,
		`list.UniqueItems([1, 2, 1])`:                                      false,
		`json.Marshal(obj(["b", [1, null, "<\u2028>"], "a", 0.5]))`:        "{\"b\":[1,null,\"<\\u2028>\"],\"a\":0.5}",
		`base64.Encode(null, "a?>")`:                                       "YT8+",
		`strconv.Atoi("12x")`:                                              "is not an integer",
		`strconv.ParseInt("-128", 10, 8)`:                                  int64(-128),
		`strconv.ParseInt("128", 10, 8)`:                                   "out of range",
		`strconv.ParseInt("9223372036854775808", 10, 0)`:                   "integer overflow",
		`strconv.ParseUint("-1", 10, 0)`:                                   "out of range",
		`strings.SliceRunes("aéb", 1, 4)`:                                  "index out of range",
		`strings.ToTitle("ab cd")`:                                         "Ab Cd",
		`hex.Encode(hex.Decode("ff"))`:                                     "ff",
		`str(base64.Decode(null, "/w=="))`:                                 "\uFFFD",
		`list.SortBy([2, 1, 3], [2, 1, 3], true)`:                          []any{int64(3), int64(2), int64(1)},
		`list.SortBy([1, "a"], [1, "a"], false)`:                           "cannot be compared",
		`list.FlattenN([1, [2, [3]]], 1)`:                                  []any{int64(1), int64(2), []any{int64(3)}},
		`math.Round(-2.5)`:                                                 int64(-3),
		`math.Floor(1e19)`:                                                 "integer overflow",
		`entries({"b": 1, "a": 2}).map(e, e.key)`:                          []any{"a", "b"},
		`entries(obj(["b", 1, "a", 2])).map(e, e.key)`:                     []any{"b", "a"},
		`enumerate(["x"]).map(e, str(e.index) + e.value)`:                  []any{"0x"},
		`flatten([[1], [], [2, 3]])`:                                       []any{int64(1), int64(2), int64(3)},
		`unify(obj(["a", 1]), obj(["b", 2]))`:                              map[string]any{"a": int64(1), "b": int64(2)},
		`unify(obj(["a", 1]), obj(["a", 2]))`:                              "conflicting values 1 and 2",
		`unify([1], [1, 2])`:                                               "lists of different length",
		`unify(1, "1")`:                                                    "conflicting values",
		`unifyAll([obj(["a", obj(["x", 1])]), obj(["a", obj(["y", 2])])])`: map[string]any{"a": map[string]any{"x": int64(1), "y": int64(2)}},
		`check(1, 1 > 2, "x: must be >2")`:                                 "x: must be >2: got 1",
		`fail("no")`:                                                       "no",
		`is_number(1.5) && !is_int(1.5) && is_struct({}) && is_list([])`:   true,
	} {
		t.Run(source, func(t *testing.T) {
			ast, issues := env.Compile(source)
			if issues.Err() != nil {
				t.Fatal(issues.Err())
			}
			p, err := env.Program(ast)
			if err != nil {
				t.Fatal(err)
			}
			v, _, err := p.Eval(map[string]any{})
			if err != nil {
				if text, ok := want.(string); !ok || !strings.Contains(err.Error(), text) {
					t.Errorf("got %v, want %v", err, want)
				}
				return
			}
			got, err := value.ToGo(v, func(int) error { return nil }, 0)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
