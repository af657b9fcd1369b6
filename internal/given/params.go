// Package given reads what people give on the command line: parameters, and what requirements are met with. Values are typed by
// the framework that they are for.
package given

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/render"
	"github.com/kudoc/kudoc/internal/render/parameter"
	"github.com/kudoc/kudoc/internal/render/spell"
)

// Mistake is something wrong in the command line.
type Mistake struct{ err error }

func (e *Mistake) Error() string { return e.err.Error() }
func (e *Mistake) Unwrap() error { return e.err }

// Wrong makes a Mistake.
func Wrong(format string, args ...any) error { return &Mistake{fmt.Errorf(format, args...)} }

// Params are parameters that a person gives: as name=value, where name.field=value reaches into a struct or a map, and as files
// of YAML or JSON, of which - is standard input. Sets win over files.
type Params struct {
	Sets, Files []string
	stdin       []byte // what standard input held, which can be read once
}

// None says whether nothing is given.
func (o *Params) None() bool { return len(o.Sets)+len(o.Files) == 0 }

// Values reads the files and then the flags, typed by the parameters that there are.
func (o *Params) Values(stdin io.Reader, params []v1alpha1.Parameter, base map[string]any) (map[string]any, error) {
	out := maps.Clone(base)
	if out == nil {
		out = map[string]any{}
	}
	for _, file := range o.Files {
		m, err := o.read(stdin, file)
		if err != nil {
			return nil, err
		}
		merge(out, m)
	}
	var errs []error
	for _, s := range o.Sets {
		name, value, ok := strings.Cut(s, "=")
		if !ok || name == "" {
			errs = append(errs, Wrong("-p %q is not of the form name=value", s))
			continue
		}
		if err := set(out, params, name, value); err != nil {
			errs = append(errs, &Mistake{err})
		}
	}
	return out, errors.Join(errs...)
}

func (o *Params) read(stdin io.Reader, file string) (map[string]any, error) {
	var data []byte
	var err error
	switch {
	case file != "-":
		data, err = os.ReadFile(file) // the person who runs the command names the file
	case o.stdin == nil:
		data, err = io.ReadAll(stdin)
		o.stdin = data
	default:
		data = o.stdin
	}
	if err != nil {
		return nil, Wrong("read parameters: %w", err)
	}
	j, err := yaml.YAMLToJSONStrict(data)
	if err != nil {
		return nil, Wrong("%s: %w", file, err)
	}
	if string(j) == "null" {
		return map[string]any{}, nil
	}
	m, err := render.DecodeJSON(j)
	if err != nil {
		return nil, Wrong("%s is not a map of parameters: %w", file, err)
	}
	return m, nil
}

// merge puts the values of src over those of dst, field by field.
func merge(dst, src map[string]any) {
	for k, v := range src {
		from, isMap := v.(map[string]any)
		to, wasMap := dst[k].(map[string]any)
		if isMap && wasMap {
			to = maps.Clone(to)
			merge(to, from)
			dst[k] = to
			continue
		}
		dst[k] = v
	}
}

// set puts one value, given as text, at a path such as tls.enabled.
func set(out map[string]any, params []v1alpha1.Parameter, path, text string) error {
	parts := strings.Split(path, ".")
	at := slices.IndexFunc(params, func(p v1alpha1.Parameter) bool { return p.Name == parts[0] })
	if at < 0 {
		names := make([]string, len(params))
		for i, p := range params {
			names[i] = p.Name
		}
		return Unknown("parameter", parts[0], names)
	}
	var schema parameter.Schema
	if err := json.Unmarshal(params[at].Schema.Raw, &schema); err != nil {
		return fmt.Errorf("schema of parameter %q: %w", parts[0], err)
	}
	for i, name := range parts[1:] {
		outer := strings.Join(parts[:i+1], ".")
		switch {
		case schema.Type == "struct":
			f := slices.IndexFunc(schema.Fields, func(f parameter.Field) bool { return f.Name == name })
			if f < 0 {
				names := make([]string, len(schema.Fields))
				for j := range schema.Fields {
					names[j] = schema.Fields[j].Name
				}
				return Unknown("field of parameter "+strconv.Quote(outer)+":", name, names)
			}
			schema = schema.Fields[f].Schema
		case schema.Type == "map" && schema.Elem != nil:
			schema = *schema.Elem
		case schema.Type == "map" || schema.Type == "any":
			schema = parameter.Schema{Type: "any"}
		default:
			return fmt.Errorf("parameter %q is %s: it has no field %q", outer, article(schema.Type), name)
		}
	}
	value, err := parse(schema.Type, path, text)
	if err != nil {
		return err
	}
	nested := value
	for _, name := range slices.Backward(parts) {
		nested = map[string]any{name: nested}
	}
	merge(out, nested.(map[string]any))
	return nil
}

// Unknown says that there is no thing of a name, and what there is.
func Unknown(what, name string, names []string) error {
	if s := spell.Nearest(name, names); s != "" {
		return fmt.Errorf("unknown %s %q (did you mean %q?)", what, name, s)
	}
	if len(names) == 0 {
		return fmt.Errorf("unknown %s %q (there are none)", what, name)
	}
	return fmt.Errorf("unknown %s %q (there are %s)", what, name, strings.Join(names, ", "))
}

// parse reads text as a value of a type: strings are taken as they are, the rest is YAML.
func parse(kind, path, text string) (any, error) {
	if kind == "string" {
		return text, nil
	}
	j, err := yaml.YAMLToJSONStrict([]byte("value: " + text))
	if err != nil {
		return nil, fmt.Errorf("parameter %q is %s: %q cannot be read as one", path, article(kind), text)
	}
	m, err := render.DecodeJSON(j)
	if err != nil {
		return nil, fmt.Errorf("parameter %q: %w", path, err)
	}
	v, ok := m["value"], false
	switch kind {
	case "bool":
		_, ok = v.(bool)
	case "int":
		_, ok = v.(int64)
	case "number":
		_, isInt := v.(int64)
		_, isFloat := v.(float64)
		ok = isInt || isFloat
	case "list":
		_, ok = v.([]any)
	case "map", "struct":
		_, ok = v.(map[string]any)
	default:
		ok = true
	}
	if !ok {
		return nil, fmt.Errorf("parameter %q is %s: %q is none%s", path, article(kind), text, spelling(kind, path))
	}
	return v, nil
}

// spelling says how values are written that are no single word.
func spelling(kind, path string) string {
	switch kind {
	case "list":
		return fmt.Sprintf("; write '%s=[a, b]'", path)
	case "map", "struct":
		return fmt.Sprintf("; set its fields, as in %s.FIELD=VALUE", path)
	}
	return ""
}

// article is the name of a type as a sentence has it.
func article(kind string) string {
	if strings.IndexByte("aeiou", kind[0]) >= 0 {
		return "an " + kind
	}
	return "a " + kind
}
