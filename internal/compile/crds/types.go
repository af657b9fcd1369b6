package crds

import (
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"

	"cuelang.org/go/cue/format"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"github.com/kudoc/kudoc/schema/openapi"
)

// Packages are the CUE files of the types, and of the definitions themselves, by their path below kudoc.dev.
func (s Set) Packages() (map[string][]byte, error) {
	if len(s) == 0 {
		return map[string][]byte{}, nil
	}
	bodies := map[string]string{}
	all := map[string]any{}
	for i := range s {
		d := &s[i]
		all[d.Name] = d.installable()
		for j := range d.Spec.Versions {
			v := &d.Spec.Versions[j]
			text, err := d.definition(v)
			if err != nil {
				return nil, &Problem{d.File, d.Line, fmt.Sprintf("%s, version %s: %v", d.Name, v.Name, err)}
			}
			bodies[path.Join(d.Spec.Group, v.Name)] += text
		}
	}
	out := map[string][]byte{}
	for pkg, body := range bodies {
		src := fmt.Sprintf("package %s\n\nimport metav1 \"kudoc.dev/k8s/meta/v1\"\n\n%s", path.Base(pkg), body)
		b, err := format.Source([]byte(src))
		if err != nil {
			return nil, fmt.Errorf("types of %s: %w", pkg, err)
		}
		out[path.Join(Folder, pkg, "types.cue")] = b
	}
	b, err := json.Marshal(all)
	if err != nil {
		return nil, fmt.Errorf("definitions: %w", err)
	}
	out[path.Join(Folder, "definitions.cue")] = fmt.Appendf(nil, "package %s\n\nall: %s\n", Folder, b)
	return out, nil
}

// definition is the type of a kind in one version.
func (d *Definition) definition(v *apiextensionsv1.CustomResourceDefinitionVersion) (string, error) {
	s := &openapi.Schema{Type: "object", Open: true}
	if v.Schema != nil && v.Schema.OpenAPIV3Schema != nil {
		s = converted(v.Schema.OpenAPIV3Schema)
	}
	if s.Properties == nil {
		s.Properties = map[string]*openapi.Schema{}
	}
	s.Properties["apiVersion"], s.Properties["kind"], s.Properties["metadata"] = nil, nil, nil
	text, err := openapi.Printer{}.Object(s, map[string]string{
		"apiVersion": strconv.Quote(d.Spec.Group + "/" + v.Name), "kind": strconv.Quote(d.Spec.Names.Kind), "metadata": "metav1.#ObjectMeta",
	})
	return fmt.Sprintf("#%s: %s\n", d.Spec.Names.Kind, text), err
}

// installable is the definition as a task applies it: without what only the API server says of it.
func (d *Definition) installable() map[string]any {
	var m map[string]any
	b, err := json.Marshal(d.CustomResourceDefinition)
	if err == nil {
		err = json.Unmarshal(b, &m)
	}
	if err != nil { // it was read from JSON
		return nil
	}
	delete(m, "status")
	if meta, ok := m["metadata"].(map[string]any); ok {
		delete(meta, "creationTimestamp")
	}
	return m
}

// converted is a structural schema as the printer takes it.
func converted(p *apiextensionsv1.JSONSchemaProps) *openapi.Schema {
	out := &openapi.Schema{
		Type: p.Type, Required: p.Required, IntOrString: p.XIntOrString, Pattern: p.Pattern,
		Open: p.XPreserveUnknownFields != nil && *p.XPreserveUnknownFields || p.XEmbeddedResource,
	}
	if p.Type == "integer" && (p.Format == "int32" || p.Format == "int64") {
		out.Format = p.Format
	}
	for i := range p.Enum {
		var v any
		if json.Unmarshal(p.Enum[i].Raw, &v) == nil {
			out.Enum = append(out.Enum, v)
		}
	}
	out.Minimum = limit(">", p.Minimum, p.ExclusiveMinimum)
	out.Maximum = limit("<", p.Maximum, p.ExclusiveMaximum)
	if len(p.Properties) > 0 {
		out.Properties = map[string]*openapi.Schema{}
		for name := range p.Properties {
			inner := p.Properties[name]
			out.Properties[name] = converted(&inner)
		}
	}
	if p.Items != nil && p.Items.Schema != nil {
		out.Items = converted(p.Items.Schema)
	}
	if p.AdditionalProperties != nil && p.AdditionalProperties.Schema != nil {
		out.Additional = converted(p.AdditionalProperties.Schema)
	}
	if out.Type == "object" && out.Properties == nil && out.Additional == nil && !out.Open {
		out.Open = true // an object without fields is one about which nothing is said
	}
	return out
}

func limit(op string, v *float64, exclusive bool) string {
	if v == nil {
		return ""
	}
	if !exclusive {
		op += "="
	}
	return op + strconv.FormatFloat(*v, 'f', -1, 64)
}

var unmarshalled = regexp.MustCompile(`json: cannot unmarshal (\w+) into Go struct field [A-Za-z]+\.(\S+) of type \S+`)

// plain is what a decoder says, without the names of Go's types.
func plain(err error) string {
	text := strings.TrimPrefix(err.Error(), "error unmarshaling JSON: while decoding JSON: ")
	return strings.TrimPrefix(unmarshalled.ReplaceAllString(text, "want another type than $1 for $2"), "json: ")
}
