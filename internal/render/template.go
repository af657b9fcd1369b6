package render

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/google/cel-go/cel"

	"github.com/kudoc/kudoc/internal/render/expression"
	"github.com/kudoc/kudoc/internal/render/value"
)

// place is where in a template a node stands; some nodes make sense in some places only.
type place int

const (
	asValue place = iota // the value of a field, or a whole template
	asItem               // an element of a list: may be absent, or many
	asPart               // a part of a $merge: may be absent, or many, or an entry with a computed key
)

// parser parses templates and type-checks their expressions.
type parser struct {
	env *cel.Env
}

// parseTemplate reads the JSON of a template.
func (p *parser) parseTemplate(raw []byte) (node, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("want one JSON value, got more")
	}
	return p.parse(v, asValue, 0)
}

func (p *parser) parse(v any, at place, depth int) (node, error) {
	if depth > value.MaxDepth {
		return nil, fmt.Errorf("the template is nested deeper than %d levels", value.MaxDepth)
	}
	switch v := v.(type) {
	case []any:
		return p.parseList(v, depth)
	case map[string]any:
		if tag := tagOf(v); tag != "" {
			return p.parseTagged(tag, v, at, depth)
		}
		return p.parseObject(v, depth)
	}
	x, err := value.Canonical(v, depth)
	return literal{x}, err
}

// tags are the node types, by the key that marks them, with all the keys that such a node may have.
var tags = map[string][]string{
	"$cel":   {"$cel"},
	"$text":  {"$text"},
	"$if":    {"$if", "$then", "$else"},
	"$for":   {"$for", "$in", "$do"},
	"$merge": {"$merge"},
	"$key":   {"$key", "$value"},
}

// tagOf returns the key that marks a node. Keys that begin with $$ are literal.
func tagOf(m map[string]any) string {
	found := ""
	for k := range m {
		if !strings.HasPrefix(k, "$") || strings.HasPrefix(k, "$$") {
			continue
		}
		if _, ok := tags[k]; ok {
			return k
		}
		if found == "" || k < found {
			found = k
		}
	}
	return found
}

func (p *parser) parseTagged(tag string, m map[string]any, at place, depth int) (node, error) {
	keys, ok := tags[tag]
	if !ok {
		return nil, fmt.Errorf("unknown node %s: the controller may be older than the template", tag)
	}
	for k := range m {
		if !slices.Contains(keys, k) {
			return nil, fmt.Errorf("a %s node has no field %s", tag, k)
		}
	}
	switch tag {
	case "$cel":
		e, err := p.expression(m, tag)
		return hole{e}, err
	case "$text":
		s, err := stringField(m, tag)
		if err != nil {
			return nil, err
		}
		return p.parseText(s)
	case "$if":
		return p.parseIf(m, at, depth)
	case "$for":
		return p.parseFor(m, at, depth)
	case "$merge":
		return p.parseMerge(m, depth)
	}
	return p.parseEntry(m, at, depth)
}

func stringField(m map[string]any, k string) (string, error) {
	s, ok := m[k].(string)
	if !ok {
		return "", fmt.Errorf("%s must be a string, not %s", k, value.KindOf(m[k]))
	}
	return s, nil
}

func (p *parser) expression(m map[string]any, k string) (*expression.Compiled, error) {
	s, err := stringField(m, k)
	if err != nil {
		return nil, err
	}
	return expression.Compile(p.env, s)
}

func (p *parser) parseIf(m map[string]any, at place, depth int) (node, error) {
	cond, err := p.expression(m, "$if")
	if err != nil {
		return nil, err
	}
	out := &conditional{cond: cond}
	t, ok := m["$then"]
	if !ok {
		return nil, fmt.Errorf("an $if node needs $then")
	}
	if out.then, err = p.parse(t, at, depth+1); err != nil {
		return nil, err
	}
	if e, ok := m["$else"]; ok {
		if out.otherwise, err = p.parse(e, at, depth+1); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (p *parser) parseFor(m map[string]any, at place, depth int) (node, error) {
	if at == asValue {
		return nil, fmt.Errorf("a $for node may only stand in a list or in a $merge")
	}
	name, err := stringField(m, "$for")
	if err != nil {
		return nil, err
	}
	if !isVariable(name) {
		return nil, fmt.Errorf("$for: %q cannot name a variable", name)
	}
	in, err := p.expression(m, "$in")
	if err != nil {
		return nil, err
	}
	env, err := p.env.Extend(cel.Variable(name, cel.DynType))
	if err != nil {
		return nil, fmt.Errorf("$for: %w", err)
	}
	do, ok := m["$do"]
	if !ok {
		return nil, fmt.Errorf("a $for node needs $do")
	}
	body, err := (&parser{env: env}).parse(do, at, depth+1)
	return &loop{name: name, in: in, body: body}, err
}

// isVariable says whether a loop may introduce the name: no input is hidden by it, and no field of an input either.
func isVariable(name string) bool {
	for i, c := range name {
		if !(c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || i > 0 && c >= '0' && c <= '9') {
			return false
		}
	}
	return name != "" && name != "self" && !slices.Contains(expression.Variables, name)
}

func (p *parser) parseMerge(m map[string]any, depth int) (node, error) {
	parts, ok := m["$merge"].([]any)
	if !ok {
		return nil, fmt.Errorf("$merge must be a list, not %s", value.KindOf(m["$merge"]))
	}
	out := &merge{}
	for i, x := range parts {
		n, err := p.parse(x, asPart, depth+1)
		if err != nil {
			return nil, fmt.Errorf("$merge[%d]: %w", i, err)
		}
		out.parts = append(out.parts, n)
	}
	return out, nil
}

func (p *parser) parseEntry(m map[string]any, at place, depth int) (node, error) {
	if at != asPart {
		return nil, fmt.Errorf("a $key node may only stand in a $merge")
	}
	value, ok := m["$value"]
	if !ok || m["$key"] == nil {
		return nil, fmt.Errorf("a computed field needs both $key and $value")
	}
	k, err := p.parse(m["$key"], asValue, depth+1)
	if err != nil {
		return nil, fmt.Errorf("$key: %w", err)
	}
	v, err := p.parse(value, asValue, depth+1)
	return &entry{key: k, value: v}, err
}

// parseList makes a literal of a list that holds literals only, so that rendering copies it in one go.
func (p *parser) parseList(v []any, depth int) (node, error) {
	out, static := &list{}, make([]any, 0, len(v))
	for i, x := range v {
		n, err := p.parse(x, asItem, depth+1)
		if err != nil {
			return nil, fmt.Errorf("[%d]: %w", i, err)
		}
		if l, ok := n.(literal); ok {
			static = append(static, l.value)
		}
		out.items = append(out.items, n)
	}
	if len(static) == len(v) {
		return literal{static}, nil
	}
	return out, nil
}

func (p *parser) parseObject(v map[string]any, depth int) (node, error) {
	out, static := &fields{}, make(map[string]any, len(v))
	for _, k := range sortedKeys(v) {
		name := k
		if strings.HasPrefix(k, "$$") {
			name = k[1:]
		}
		n, err := p.parse(v[k], asValue, depth+1)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if l, ok := n.(literal); ok {
			static[name] = l.value
		}
		out.keys = append(out.keys, name)
		out.values = append(out.values, n)
	}
	if len(static) == len(v) {
		return literal{static}, nil
	}
	return out, nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
