package validate

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/render/parameter"
)

// generator makes parameters. It is seeded, so that a build does the same every time.
type generator struct {
	random *rand.Rand
	open   bool // there may be fields that are not declared, which no input needs
	accept func(params map[string]any) error
}

// candidate is a value for one parameter.
type candidate struct {
	path  []string
	value any // absent{} removes the parameter
}

type absent struct{}

// paramSet is the parameters as the generator sees them.
type paramSet struct {
	schema *parameter.Schema
}

func decodeParams(ps []v1alpha1.Parameter) (*paramSet, error) {
	out := &paramSet{schema: &parameter.Schema{Type: "struct"}}
	for _, p := range ps {
		f := parameter.Field{Name: p.Name, Optional: p.Optional}
		if err := json.Unmarshal(p.Schema.Raw, &f.Schema); err != nil {
			return nil, fmt.Errorf("parameter %q: %w", p.Name, err)
		}
		out.schema.Fields = append(out.schema.Fields, f)
	}
	return out, nil
}

// inputs are parameters to try: those that should be accepted, and those that should not.
type inputs struct {
	accepted, rejected []map[string]any
	single             []candidate // the values that are accepted if nothing else is set
}

// generate makes about limit inputs of both kinds.
func (g *generator) generate(set *paramSet, limit int) inputs {
	base := g.base(set)
	out := inputs{accepted: []map[string]any{base}}
	var valid []candidate
	byPath := map[string][]candidate{}
	for _, c := range g.candidates(set.schema, nil) {
		in := apply(base, c)
		if g.accept(in) == nil {
			valid = append(valid, c)
			key := strings.Join(c.path, ".")
			byPath[key] = append(byPath[key], c)
		} else {
			out.rejected = append(out.rejected, in)
		}
	}
	out.single = valid
	for i := 0; i < longest(byPath); i++ { // every value of every parameter, many parameters at a time
		in := base
		for _, key := range slices.Sorted(maps.Keys(byPath)) {
			cs := byPath[key]
			in = apply(in, cs[(i+len(key))%len(cs)])
		}
		out.add(g, in)
	}
	for _, c := range g.sample(valid, limit/2) { // alone, so that conditions show one by one
		out.add(g, apply(base, c))
	}
	for len(out.accepted) < limit && len(valid) > 0 {
		in := base
		for range 1 + g.random.IntN(6) {
			in = apply(in, valid[g.random.IntN(len(valid))])
		}
		before := len(out.accepted)
		if out.add(g, in); len(out.accepted) == before {
			limit-- // what cannot be combined is not worth more tries
		}
	}
	if len(out.rejected) > limit {
		out.rejected = shuffled(g.random, out.rejected)[:limit]
	}
	return out
}

func (in *inputs) add(g *generator, params map[string]any) {
	if g.accept(params) == nil {
		in.accepted = append(in.accepted, params)
	} else {
		in.rejected = append(in.rejected, params)
	}
}

func (g *generator) sample(cs []candidate, n int) []candidate {
	if len(cs) <= n {
		return cs
	}
	return shuffled(g.random, cs)[:n]
}

func shuffled[T any](r *rand.Rand, in []T) []T {
	out := slices.Clone(in)
	r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

func longest(m map[string][]candidate) int {
	n := 0
	for _, cs := range m {
		n = max(n, len(cs))
	}
	return n
}

// base is the smallest input that is accepted: a value for every parameter that needs one.
func (g *generator) base(set *paramSet) map[string]any {
	base := map[string]any{}
	for range 3 { // a constraint may need a parameter that comes later
		for i := range set.schema.Fields {
			g.complete(&set.schema.Fields[i], nil, &base)
		}
	}
	return base
}

func (g *generator) complete(f *parameter.Field, path []string, base *map[string]any) {
	if f.Optional || f.Default != nil || f.DefaultExpr != "" {
		return
	}
	p := append(slices.Clip(path), f.Name)
	if f.Type == "struct" {
		for i := range f.Fields {
			g.complete(&f.Fields[i], p, base)
		}
		return
	}
	if !g.complains(*base, p) {
		return
	}
	for _, c := range g.values(&f.Schema) {
		in := apply(*base, candidate{p, c})
		if !g.complains(in, p) {
			*base = in
			return
		}
	}
}

// complains says whether the parameter at a path is among those that are wrong.
func (g *generator) complains(params map[string]any, path []string) bool {
	var errs parameter.Errors
	if !errors.As(g.accept(params), &errs) {
		return false
	}
	at := strings.Join(path, ".")
	return slices.ContainsFunc(errs, func(e parameter.Error) bool {
		return e.Path == at || strings.HasPrefix(e.Path, at+".") || strings.HasPrefix(e.Path, at+"[")
	})
}

// apply is a copy of the parameters with one of them replaced.
func apply(params map[string]any, c candidate) map[string]any {
	out := maps.Clone(params)
	if out == nil {
		out = map[string]any{}
	}
	name := c.path[0]
	if len(c.path) > 1 {
		inner, _ := out[name].(map[string]any)
		out[name] = apply(inner, candidate{c.path[1:], c.value})
		return out
	}
	if _, none := c.value.(absent); none {
		delete(out, name)
	} else {
		out[name] = c.value
	}
	return out
}

// candidates are values for every parameter, and for every field of a struct.
func (g *generator) candidates(s *parameter.Schema, path []string) []candidate {
	var out []candidate
	for i := range s.Fields {
		f := &s.Fields[i]
		p := append(slices.Clip(path), f.Name)
		out = append(out, candidate{p, absent{}})
		if f.Type == "struct" {
			out = append(out, g.candidates(&f.Schema, p)...)
			if f.Optional {
				out = append(out, candidate{p, map[string]any{}})
			}
		} else {
			for _, v := range g.values(&f.Schema) {
				out = append(out, candidate{p, v})
			}
		}
		out = append(out, candidate{p, wrongType(f.Type)})
	}
	if g.open {
		return out
	}
	return append(out, candidate{append(slices.Clip(path), "unknownParameter"), int64(1)})
}

func wrongType(t string) any {
	if t == "string" || t == "any" {
		return []any{int64(1)}
	}
	return "text"
}

// values are interesting values for a schema, the most ordinary first.
func (g *generator) values(s *parameter.Schema) []any {
	switch s.Type {
	case "bool":
		return []any{true, false}
	case "int":
		return integers(s.Check)
	case "number":
		return append([]any{0.5, 0.25, 1e-7, 0.1, 1e21, 123456.789}, integers(s.Check)...)
	case "string":
		return g.strings(s.Check)
	case "any":
		out := []any{"a", int64(5), true, false, "", 1.5, map[string]any{"k": "v"}, []any{"x"}}
		return append(out, g.strings(s.Check)...)
	case "list":
		return g.lists(s)
	case "map":
		return g.maps(s)
	case "struct":
		return g.structs(s)
	}
	return nil
}

var integer = regexp.MustCompile(`-?\d+`)

// integers are the boundaries that the literals of a check suggest, and some of general interest.
func integers(check string) []any {
	var out []any
	add := func(is ...int64) {
		for _, i := range is {
			if !slices.Contains(out, any(i)) {
				out = append(out, i)
			}
		}
	}
	for _, s := range integer.FindAllString(check, 12) {
		if i, err := strconv.ParseInt(s, 10, 64); err == nil {
			add(i, i+1, i-1)
		}
	}
	add(1, 2, 5, 0, -1, 7, 100, 65535, 1<<31, 1<<53+1)
	return out
}

// odd are strings that break what is not quoted well.
var odd = []string{
	"a", "x-1", "", "é日本😀", "a\"b'c\\d", "${x} $${y}", `\(z) {{q}}`, "line1\nline2\n", " lead", "<&>\u2028", "true", "1",
	"İß", "%s",
}

var (
	quoted  = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
	matches = regexp.MustCompile(`matches\(self, ("(?:[^"\\]|\\.)*")\)`)
)

// strings are the alternatives and patterns that a check mentions, and odd ones. Those that match come first: what is an
// element of a list is tried in this order.
func (g *generator) strings(check string) []any {
	var patterns []string
	for _, m := range matches.FindAllStringSubmatch(check, 16) {
		if s, err := strconv.Unquote(m[1]); err == nil {
			patterns = append(patterns, s)
		}
	}
	var all []string
	for _, p := range patterns {
		for range 3 {
			if m, ok := g.matching(p); ok {
				all = append(all, m)
			}
		}
	}
	all = append(all, odd...)
	for _, q := range quoted.FindAllString(check, 16) {
		if s, err := strconv.Unquote(q); err == nil && !slices.Contains(patterns, s) {
			all = append([]string{s}, all...)
		}
	}
	var good, bad []any
	for _, s := range all {
		if slices.ContainsFunc(patterns, func(p string) bool { ok, err := regexp.MatchString(p, s); return err != nil || !ok }) {
			bad = append(bad, s)
		} else {
			good = append(good, s)
		}
	}
	return append(good, bad...)
}
