package validate

import (
	"slices"
	"strings"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// Variation is parameters that are accepted, which differ from the smallest ones in one place if there is a path.
type Variation struct {
	Path  []string
	Given map[string]any
}

// combinations is how many variations differ from the smallest one in several places.
const combinations = 100

// Variations are parameters that are accepted. The smallest ones come first, then the values that the schemas suggest for each
// parameter, then combinations. The first schema says which parameters there must be; the others only add values.
func Variations(accept func(map[string]any) error, schemas ...[]v1alpha1.Parameter) ([]Variation, error) {
	g := &generator{random: seeded(7, 8), accept: accept}
	accepted := func(in map[string]any) bool { return accept(in) == nil }
	var out, combined []Variation
	var base map[string]any
	for i, ps := range schemas {
		set, err := decodeParams(ps)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			if base = g.base(set); !accepted(base) {
				return nil, nil
			}
			out = append(out, Variation{Given: base})
		}
		for _, c := range g.candidates(set.schema, nil) {
			if in := apply(base, c); accepted(in) {
				out = append(out, Variation{Path: slices.Clone(c.path), Given: in})
			}
		}
		for _, in := range g.generate(set, combinations).accepted {
			if accepted(in) { // the smallest one for another schema may not be
				combined = append(combined, Variation{Given: in})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Variation) int { return strings.Compare(strings.Join(a.Path, "."), strings.Join(b.Path, ".")) })
	return append(out, combined...), nil
}
