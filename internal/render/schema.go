package render

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/google/cel-go/cel"

	"github.com/kudoc/kudoc/internal/render/value"
)

// Schema is the type of a parameter and what its value must satisfy, as a FrameworkVersion stores it.
type Schema struct {
	// Type is any, bool, int, number, string, list, map or struct.
	Type string `json:"type"`
	// Default is the value of a parameter that is not set, DefaultExpr an expression for it.
	Default     json.RawMessage `json:"default,omitempty"`
	DefaultExpr string          `json:"defaultExpr,omitempty"`
	// Check is an expression over self that a value must satisfy, Want says the same for people.
	Check string `json:"check,omitempty"`
	Want  string `json:"want,omitempty"`
	// Keys is an expression over self that every key of a map must satisfy.
	Keys string `json:"keys,omitempty"`
	// Fields are the fields of a struct, or those of a map that have schemas of their own.
	Fields []Field `json:"fields,omitempty"`
	// Elem is the schema of the elements of a list or a map.
	Elem *Schema `json:"elem,omitempty"`
}

// Field is a field of a struct.
type Field struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	Optional    bool   `json:"optional,omitempty"`
	Schema
}

// shape is a Schema that is ready to be used.
type shape struct {
	kind     string
	value    any // the default, if hasValue
	hasValue bool
	compute  *expression // the default, if it depends on other parameters
	check    *expression
	want     string
	keys     *expression
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

// shapeLoader makes shapes; checks are expressions in which self is declared too.
type shapeLoader struct {
	env, checkEnv *cel.Env
}

func newShapeLoader() (*shapeLoader, error) {
	env, err := baseEnv()
	if err != nil {
		return nil, err
	}
	checkEnv, err := env.Extend(cel.Variable("self", cel.DynType))
	if err != nil {
		return nil, err
	}
	return &shapeLoader{env: env, checkEnv: checkEnv}, nil
}

func (l *shapeLoader) decode(raw []byte) (*shape, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	var s Schema
	if err := d.Decode(&s); err != nil {
		return nil, err
	}
	return l.load(&s, 0)
}

func (l *shapeLoader) load(s *Schema, depth int) (*shape, error) {
	if depth > value.MaxDepth {
		return nil, fmt.Errorf("the schema is nested deeper than %d levels", value.MaxDepth)
	}
	out := &shape{kind: s.Type, want: s.Want}
	if err := l.structure(out, s, depth); err != nil {
		return nil, err
	}
	if s.Default != nil {
		v, err := value.Decode(s.Default)
		if err != nil {
			return nil, fmt.Errorf("default: %w", err)
		}
		out.value, out.hasValue = v, true
	}
	for _, x := range []struct {
		what, source string
		env          *cel.Env
		to           **expression
	}{
		{"defaultExpr", s.DefaultExpr, l.env, &out.compute},
		{"check", s.Check, l.checkEnv, &out.check},
		{"keys", s.Keys, l.checkEnv, &out.keys},
	} {
		if x.source == "" {
			continue
		}
		e, err := newExpression(x.env, x.source)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", x.what, err)
		}
		*x.to = e
	}
	return out, nil
}

// structure loads what a type consists of, and refuses what does not belong to it.
func (l *shapeLoader) structure(out *shape, s *Schema, depth int) error {
	switch s.Type {
	case "any", "bool", "int", "number", "string", "list", "map", "struct":
	default:
		return fmt.Errorf("unknown type %q", s.Type)
	}
	if s.Keys != "" && s.Type != "map" {
		return fmt.Errorf("a %s has no keys", s.Type)
	}
	if hasElem := s.Type == "list" || s.Type == "map"; hasElem != (s.Elem != nil) {
		return fmt.Errorf("a %s has elem: %t, want %t", s.Type, s.Elem != nil, hasElem)
	}
	if s.Type != "struct" && s.Type != "map" && len(s.Fields) > 0 {
		return fmt.Errorf("a %s has no fields", s.Type)
	}
	if s.Elem != nil {
		e, err := l.load(s.Elem, depth+1)
		if err != nil {
			return fmt.Errorf("elem: %w", err)
		}
		out.elem = e
	}
	for i := range s.Fields {
		f := &s.Fields[i]
		if out.member(f.Name) != nil {
			return fmt.Errorf("field %q is declared twice", f.Name)
		}
		e, err := l.load(&f.Schema, depth+1)
		if err != nil {
			return fmt.Errorf("field %q: %w", f.Name, err)
		}
		out.fields = append(out.fields, &member{name: f.Name, optional: f.Optional, shape: e})
	}
	return nil
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
