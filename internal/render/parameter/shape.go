package parameter

import (
	"github.com/kudoc/kudoc/internal/render/expression"
	"github.com/kudoc/kudoc/internal/render/value"
)

// shape is a Schema that is ready to be used.
type shape struct {
	kind     string
	value    any // the default, if hasValue
	hasValue bool
	compute  *expression.Compiled // the default, if it depends on other parameters
	check    *expression.Compiled
	want     string
	keys     *expression.Compiled
	fields   []*member
	elem     *shape
}

type member struct {
	name     string
	optional bool
	*shape
}

func (s *shape) member(name string) *member {
	for _, m := range s.fields {
		if m.name == name {
			return m
		}
	}
	return nil
}

func (s *shape) names() []string {
	out := make([]string, len(s.fields))
	for i, m := range s.fields {
		out[i] = m.name
	}
	return out
}

// accepts says whether a value has the type.
func (s *shape) accepts(v any) bool {
	switch s.kind {
	case "any":
		return v != nil
	case "number":
		k := value.KindOf(v)
		return k == "int" || k == "number"
	case "map":
		return value.KindOf(v) == "struct"
	}
	return value.KindOf(v) == s.kind
}

// typeName is the type for people.
func (s *shape) typeName() string {
	if s.kind == "map" {
		return "struct"
	}
	return s.kind
}
