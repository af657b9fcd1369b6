package value

import (
	"testing"

	"github.com/google/cel-go/common/types"
	"github.com/google/go-cmp/cmp"
)

func TestUnifiedFieldsComeInTheOrderOfCUE(t *testing.T) {
	for name, tc := range map[string]struct{ a, b, want []string }{
		"the smaller of two heads first":     {[]string{"b", "d"}, []string{"a", "c"}, []string{"a", "b", "c", "d"}},
		"what both have keeps both orders":   {[]string{"z", "a"}, []string{"a", "b"}, []string{"z", "a", "b"}},
		"a head that the other wants later":  {[]string{"b", "c"}, []string{"z", "b"}, []string{"z", "b", "c"}},
		"contradicting orders have no order": {[]string{"a", "b"}, []string{"b", "a"}, []string{"a", "b"}},
		"one is empty":                       {nil, []string{"b", "a"}, []string{"b", "a"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, mergeOrder(tc.a, tc.b)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNumbersAreThoseOfAnAPIServer(t *testing.T) {
	for source, want := range map[string]any{
		"1": int64(1), "1.0": int64(1), "1e3": int64(1000), "1.5": 1.5, "-0.0": int64(0), "1e21": 1e21,
		"9223372036854775807": int64(9223372036854775807), "9223372036854775808": 9223372036854775808.0,
		"99999999999999999999": 1e20,
	} {
		got, err := Decode([]byte(source))
		if err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("%s: got %T %v, want %T %v", source, got, got, want, want)
		}
	}
	if _, err := Decode([]byte("1e999")); err == nil {
		t.Error("a number out of range is accepted")
	}
	if s, err := Interpolate(types.Double(123456.789)); s != "123456.789" || err != nil {
		t.Error(s, err)
	}
}
