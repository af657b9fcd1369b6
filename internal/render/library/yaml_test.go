package library

import (
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"cuelang.org/go/cue/cuecontext"
	cueyaml "cuelang.org/go/pkg/encoding/yaml"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/go-cmp/cmp"
	yaml11 "go.yaml.in/yaml/v2"
	"go.yaml.in/yaml/v3"

	"github.com/kudoc/kudoc/internal/render/value"
)

// TestYAMLIsWhatCUEWrites compares the text with CUE's for random values, and what parsers of YAML 1.1 and 1.2 read with
// the value. KUDOC_VALUES sets how many.
func TestYAMLIsWhatCUEWrites(t *testing.T) {
	n := 3000
	if v, err := strconv.Atoi(os.Getenv("KUDOC_VALUES")); err == nil {
		n = v
	}
	ctx := cuecontext.New()
	for i := range n {
		if i%2000 == 0 {
			ctx = cuecontext.New() // a context keeps all that it has seen
		}
		v := randomValue(rand.New(rand.NewPCG(uint64(i), 3)), 3)
		source, err := value.JSON(v)
		if err != nil {
			t.Fatal(err)
		}
		want, wantErr := cueyaml.Marshal(ctx.CompileString(strings.ReplaceAll(source, "\ufeff", `\ufeff`)))
		got, gotErr := writeYAML(v)
		if (wantErr != nil) != (gotErr != nil) {
			t.Fatalf("%d: %s: CUE says %v, not %v", i, source, wantErr, gotErr)
		}
		quoted := strings.Contains(got, `"<<"`) || strings.Contains(got, `"="`) || strings.Contains(got, `"\t`) // CUE does not
		if got != want && !quoted {
			t.Fatalf("%d: %s: got\n%q, CUE writes\n%q", i, source, got, want)
		}
		var current, old any
		if err := yaml.Unmarshal([]byte(got), &current); err != nil {
			t.Fatalf("%d: %q: %v", i, got, err)
		}
		if err := yaml11.Unmarshal([]byte(got), &old); err != nil {
			t.Fatalf("%d: %q: %v", i, got, err)
		}
		original, err := value.Decode([]byte(source))
		if err != nil {
			t.Fatal(err)
		}
		for _, read := range []any{current, stringKeys(old)} {
			if back, err := value.Canonical(read, 0); err != nil {
				t.Fatalf("%d: %q: %v", i, got, err)
			} else if d := cmp.Diff(original, back); d != "" {
				t.Fatalf("%d: %q reads back as\n%s", i, got, d)
			}
		}
	}
}

// stringKeys replaces the maps that the parser of YAML 1.1 makes.
func stringKeys(v any) any {
	switch v := v.(type) {
	case map[any]any:
		out := map[string]any{}
		for k, e := range v {
			s, ok := k.(string)
			if !ok {
				return v
			}
			out[s] = stringKeys(e)
		}
		return out
	case []any:
		for i := range v {
			v[i] = stringKeys(v[i])
		}
	}
	return v
}

func randomValue(r *rand.Rand, depth int) ref.Val {
	kinds := 9
	if depth == 0 {
		kinds = 7
	}
	switch r.IntN(kinds) {
	case 0:
		return types.NullValue
	case 1:
		return types.Bool(r.IntN(2) == 0)
	case 2:
		return types.Int(r.Int64() >> r.IntN(64) * int64(1-2*r.IntN(2)))
	case 3:
		f, _ := strconv.ParseFloat(strconv.Itoa(r.IntN(1000))+"."+strconv.Itoa(1+2*r.IntN(4))+[]string{"", "e-9", "e30"}[r.IntN(3)], 64)
		return types.Double(f)
	case 4, 5, 6:
		return types.String(randomText(r))
	case 7:
		var l []ref.Val
		for range r.IntN(4) {
			l = append(l, randomValue(r, depth-1))
		}
		return value.NewList(l)
	}
	o := value.NewObject(4)
	for range r.IntN(4) {
		o.Set(randomText(r), randomValue(r, depth-1))
	}
	return o
}

func randomText(r *rand.Rand) string {
	special := strings.Split("yes|no|y|N|on|Off|true|null|~|Null||1e3|0x10|0o7|0b1|010|089|1_000|2024-01-01|2024-01-01T00:00:00Z|12:30|1:20:30.5|.inf|-.INF|.nan|.Nan|NaN|<<|=|-|--|---|...|- a|? a|: a|a: b|a:|:a|#|a #b|a#|!x|!!str|&a|*a|%|@|`|'|\"|\\|{}|[]|{a|,|a,b|>|\\||+1|-1|+|1.|.5|1e|1.e+3|0x|0xZ|café|日本|\U0001F600|\u2028|\u00a0|\ufeff|\u0085|\x7f|\x01|\t|\r|\n|\n\n| | a|a |a b|a\nb|a\nb\n|a\n\n|\na| a\nb|a\n b|a \nb|\ta\nb|a\n\tb|a\r\nb|a\\nb|\\(x)|\"\"\"|---\na|a\n---\nb|#a\nb|long text that goes on and on, far beyond eighty columns, so that an encoder that folds lines would want to do so here", "|")
	switch r.IntN(3) {
	case 0:
		return special[r.IntN(len(special))]
	case 1:
		var b strings.Builder
		for range 1 + r.IntN(4) {
			b.WriteString(special[r.IntN(len(special))])
		}
		return b.String()
	}
	const letters = "ab01.-:# \n\t'\"é,[]{}!&*?|>%@_+eExyzTZ"
	runes := []rune(letters)
	var b strings.Builder
	for range r.IntN(9) {
		b.WriteRune(runes[r.IntN(len(runes))])
	}
	return b.String()
}
