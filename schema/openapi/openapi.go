// Package openapi writes OpenAPI schemas, as Kubernetes has them, as types in CUE.
package openapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Schema is the part of an OpenAPI v3 schema that Kubernetes uses and that says
// something about the shape of a value.
type Schema struct {
	Ref         string             `json:"$ref"`
	Type        string             `json:"type"`
	Format      string             `json:"format"`
	Properties  map[string]*Schema `json:"properties"`
	Required    []string           `json:"required"`
	Items       *Schema            `json:"items"`
	Additional  *Schema            `json:"additionalProperties"`
	AllOf       []*Schema          `json:"allOf"`
	OneOf       []*Schema          `json:"oneOf"`
	Enum        []any              `json:"enum"`
	IntOrString bool               `json:"x-kubernetes-int-or-string"`
	Open        bool               `json:"x-kubernetes-preserve-unknown-fields"`
	Kinds       []GroupVersionKind `json:"x-kubernetes-group-version-kind"`

	// Pattern, Minimum and Maximum are those of definitions that are not Kubernetes' own.
	Pattern          string `json:"-"`
	Minimum, Maximum string `json:"-"`
}

// GroupVersionKind is what a top-level object says of itself.
type GroupVersionKind struct {
	Group   string `json:"group"`
	Version string `json:"version"`
	Kind    string `json:"kind"`
}

// APIVersion is the group and version as an object has them.
func (k GroupVersionKind) APIVersion() string {
	if k.Group == "" {
		return k.Version
	}
	return k.Group + "/" + k.Version
}

// Printer writes schemas.
type Printer struct {
	// Reference writes a reference to another schema.
	Reference func(ref string) (string, error)
}

// Object prints a struct. Fields that are fixed have a value instead of a type: authors need not write them and cannot write
// others.
func (p Printer) Object(s *Schema, fixed map[string]string) (string, error) {
	var out strings.Builder
	out.WriteString("{\n")
	for _, field := range slices.Sorted(maps.Keys(s.Properties)) {
		if value, ok := fixed[field]; ok {
			fmt.Fprintf(&out, "%s: %s\n", field, value)
			continue
		}
		text, err := p.Expr(s.Properties[field])
		if err != nil {
			return "", fmt.Errorf("%s: %w", field, err)
		}
		mark := "?"
		if slices.Contains(s.Required, field) {
			mark = "!"
		}
		fmt.Fprintf(&out, "%s%s: %s\n", strconv.Quote(field), mark, text)
	}
	if s.Open {
		out.WriteString("...\n")
	}
	out.WriteString("}")
	return out.String(), nil
}

// Expr prints a schema as a CUE expression.
func (p Printer) Expr(s *Schema) (string, error) {
	switch {
	case s.Ref != "":
		return p.Reference(strings.TrimPrefix(s.Ref, "#/components/schemas/"))
	case len(s.AllOf) == 1:
		// OpenAPI has no other way to put a default or a comment beside a reference.
		return p.Expr(s.AllOf[0])
	case len(s.AllOf) > 1:
		return "", errors.New("allOf of several schemas: there is no way to print it")
	case len(s.OneOf) > 0:
		return p.oneOf(s.OneOf)
	case len(s.Enum) > 0:
		return literals(s.Enum)
	case s.IntOrString:
		return "(int32 | string)", nil
	}
	switch s.Type {
	case "string":
		return "string" + matching(s.Pattern), nil
	case "boolean":
		return "bool", nil
	case "number":
		return "number" + bounds(s), nil
	case "integer":
		text, err := integer(s.Format)
		return text + bounds(s), err
	case "array":
		return p.list(s)
	case "object":
		return p.structure(s)
	case "":
		return "_", nil
	}
	return "", fmt.Errorf("type %q: there is no way to print it", s.Type)
}

func (p Printer) oneOf(alternatives []*Schema) (string, error) {
	var texts []string
	for _, s := range alternatives {
		text, err := p.Expr(s)
		if err != nil {
			return "", err
		}
		texts = append(texts, text)
	}
	return "(" + strings.Join(texts, " | ") + ")", nil
}

func (p Printer) list(s *Schema) (string, error) {
	if s.Items == nil {
		return "[...]", nil
	}
	text, err := p.Expr(s.Items)
	return "[..." + text + "]", err
}

func (p Printer) structure(s *Schema) (string, error) {
	switch {
	case len(s.Properties) > 0:
		return p.Object(s, nil)
	case s.Additional != nil:
		text, err := p.Expr(s.Additional)
		return "{[string]: " + text + "}", err
	default:
		return "{...}", nil
	}
}

func integer(format string) (string, error) {
	switch format {
	case "int32", "int64":
		return format, nil
	case "":
		return "int", nil
	}
	return "", fmt.Errorf("integer format %q: there is no way to print it", format)
}

func literals(values []any) (string, error) {
	var texts []string
	for _, v := range values {
		raw, err := json.Marshal(v)
		if err != nil {
			return "", err
		}
		texts = append(texts, string(raw))
	}
	return "(" + strings.Join(texts, " | ") + ")", nil
}

// matching is the constraint of a pattern. One that CUE's regular expressions do not know is left to the API server.
func matching(pattern string) string {
	if _, err := regexp.Compile(pattern); pattern == "" || err != nil {
		return ""
	}
	return " & =~" + strconv.Quote(pattern)
}

func bounds(s *Schema) string {
	out := ""
	if s.Minimum != "" {
		out += " & " + s.Minimum
	}
	if s.Maximum != "" {
		out += " & " + s.Maximum
	}
	return out
}
