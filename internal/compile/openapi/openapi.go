// Package openapi says what the parameters of a framework are in OpenAPI v3, as Kubernetes' structural schemas have it: for
// forms, editors and CustomResourceDefinitions of others.
//
//	openapi.go types, fields and defaults
//	check.go   constraints: bounds, patterns and enumerations where they are exactly that, else rules in CEL
//
// The schema never refuses what the controller accepts. What it cannot say is left out, and its description says so.
package openapi

import (
	"slices"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"github.com/kudoc/kudoc/internal/compile/params"
)

// Schema is the schema of a struct of parameters, which must be printed.
func Schema(root *params.Param) *apiextensionsv1.JSONSchemaProps {
	out := schema(root)
	out.XValidations = append(out.XValidations, across(root)...)
	return out
}

// incomplete ends the description of what the schema cannot say in full.
const incomplete = "Only kudoc checks that the value is "

func schema(p *params.Param) *apiextensionsv1.JSONSchemaProps {
	out := &apiextensionsv1.JSONSchemaProps{Description: p.Description}
	unknown := true
	switch p.Schema.Type {
	case "bool":
		out.Type = "boolean"
	case "int":
		out.Type, out.Format = "integer", "int64"
	case "number", "string":
		out.Type = p.Schema.Type
	case "list":
		out.Type = "array"
		out.Items = &apiextensionsv1.JSONSchemaPropsOrArray{Schema: schema(p.Elem())}
	case "map":
		out.Type = "object"
		if len(p.Fields()) == 0 {
			out.AdditionalProperties = &apiextensionsv1.JSONSchemaPropsOrBool{Allows: true, Schema: schema(p.Elem())}
		} else { // a structural schema has either names or a type for all
			out.XPreserveUnknownFields = &unknown
		}
	case "struct":
		out.Type = "object"
	default:
		out.XPreserveUnknownFields = &unknown
	}
	fields(out, p)
	constrain(out, p)
	setDefault(out, p)
	return out
}

func fields(out *apiextensionsv1.JSONSchemaProps, p *params.Param) {
	for _, f := range p.Fields() {
		if out.Properties == nil {
			out.Properties = map[string]apiextensionsv1.JSONSchemaProps{}
		}
		out.Properties[f.Name] = *schema(f)
		if needed(f) {
			out.Required = append(out.Required, f.Name)
		}
	}
	slices.Sort(out.Required)
}

// needed says whether a parameter must be set.
func needed(p *params.Param) bool {
	if p.Optional || p.HasDefault() || p.Generated() || p.Schema.Type == "list" {
		return false
	}
	if p.Schema.Type == "map" || p.Schema.Type == "struct" {
		return slices.ContainsFunc(p.Fields(), needed)
	}
	return true
}

// setDefault sets a default that is a constant. What is empty by default is so that the defaults in it come about.
func setDefault(out *apiextensionsv1.JSONSchemaProps, p *params.Param) {
	switch {
	case p.Schema.Default != nil:
		out.Default = &apiextensionsv1.JSON{Raw: p.Schema.Default}
	case p.Name == "" || p.Optional || p.HasDefault() || p.Generated() || needed(p):
	case p.Schema.Type == "list":
		out.Default = &apiextensionsv1.JSON{Raw: []byte("[]")}
	case p.Schema.Type == "map" || p.Schema.Type == "struct":
		out.Default = &apiextensionsv1.JSON{Raw: []byte("{}")}
	}
}

// describe adds a sentence to a description.
func describe(out *apiextensionsv1.JSONSchemaProps, sentence string) {
	out.Description = strings.TrimSpace(out.Description + "\n" + sentence)
}
