package parameter

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/google/cel-go/cel"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/render/expression"
	"github.com/kudoc/kudoc/internal/render/value"
)

// Struct is a list of parameters that is ready to be used.
type Struct struct{ shape }

// Has says whether there is a parameter of that name.
func (s *Struct) Has(name string) bool { return s.member(name) != nil }

// Loader loads lists of parameters. Checks are expressions in which self is declared too.
type Loader struct {
	env, checkEnv *cel.Env
}

// NewLoader takes the environment of all expressions.
func NewLoader(env *cel.Env) (*Loader, error) {
	checkEnv, err := env.Extend(cel.Variable("self", cel.DynType))
	if err != nil {
		return nil, err
	}
	return &Loader{env: env, checkEnv: checkEnv}, nil
}

// Load parses and type-checks the schemas of parameters.
func (l *Loader) Load(params []v1alpha1.Parameter) (*Struct, error) {
	out := &Struct{shape{kind: "struct"}}
	for i := range params {
		p := &params[i]
		if out.Has(p.Name) {
			return nil, fmt.Errorf("parameter %q is declared twice", p.Name)
		}
		s, err := l.decode(p.Schema.Raw)
		if err != nil {
			return nil, fmt.Errorf("parameter %q: %w", p.Name, err)
		}
		out.fields = append(out.fields, &member{name: p.Name, optional: p.Optional, shape: s})
	}
	return out, nil
}

func (l *Loader) decode(raw []byte) (*shape, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	var s Schema
	if err := d.Decode(&s); err != nil {
		return nil, err
	}
	return l.load(&s, 0)
}

func (l *Loader) load(s *Schema, depth int) (*shape, error) {
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
		to           **expression.Compiled
	}{
		{"defaultExpr", s.DefaultExpr, l.env, &out.compute},
		{"check", s.Check, l.checkEnv, &out.check},
		{"keys", s.Keys, l.checkEnv, &out.keys},
	} {
		if x.source == "" {
			continue
		}
		e, err := expression.Compile(x.env, x.source)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", x.what, err)
		}
		*x.to = e
	}
	return out, nil
}

// structure loads what a type consists of, and refuses what does not belong to it.
func (l *Loader) structure(out *shape, s *Schema, depth int) error {
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
