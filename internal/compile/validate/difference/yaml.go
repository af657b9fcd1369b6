package difference

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/kudoc/kudoc/internal/render"
)

// sameYAML compares texts that yaml.Marshal made. As with JSON, fields may have another order; and CUE takes the spelling
// of numbers and the style of strings from the sources, which templates do not have. Only a text that the encoder itself
// would write is compared so: in all others, what a person wrote, every byte counts.
func sameYAML(want, got string) bool {
	a, _ := documents(want)
	b, encoded := documents(got)
	return len(a) > 0 && encoded == got && slices.EqualFunc(a, b, func(x, y *yaml.Node) bool {
		marshalled := x.Kind != yaml.ScalarNode || isNumber(x)
		return marshalled && sameNode(x, y)
	})
}

// documents are the documents of a YAML stream, and what the encoder makes of them. None if it is none, or has comments.
func documents(s string) (out []*yaml.Node, encoded string) {
	if !strings.HasSuffix(s, "\n") {
		return nil, ""
	}
	d := yaml.NewDecoder(strings.NewReader(s))
	var parts []string
	for {
		var n yaml.Node
		if err := d.Decode(&n); errors.Is(err, io.EOF) {
			return out, strings.Join(parts, "---\n")
		} else if err != nil || len(n.Content) != 1 || !plain(&n) {
			return nil, ""
		}
		var b bytes.Buffer
		e := yaml.NewEncoder(&b)
		e.SetIndent(2)
		if e.Encode(n.Content[0]) != nil {
			return nil, ""
		}
		out, parts = append(out, n.Content[0]), append(parts, b.String())
	}
}

// plain says whether a node is what an encoder of values makes: without comments, anchors and aliases.
func plain(n *yaml.Node) bool {
	return n.HeadComment == "" && n.LineComment == "" && n.FootComment == "" && n.Anchor == "" && n.Kind != yaml.AliasNode &&
		!slices.ContainsFunc(n.Content, func(c *yaml.Node) bool { return !plain(c) })
}

func sameNode(a, b *yaml.Node) bool {
	switch {
	case a.Kind != b.Kind || len(a.Content) != len(b.Content):
		return false
	case a.Kind == yaml.MappingNode:
		x, y := byKey(a), byKey(b)
		for k := range x {
			if y[k] == nil || !sameNode(x[k], y[k]) {
				return false
			}
		}
		return len(x) == len(y)
	case a.Kind == yaml.SequenceNode:
		return slices.EqualFunc(a.Content, b.Content, sameNode)
	case isNumber(a) && isNumber(b):
		x, err1 := render.DecodeJSON([]byte(`{"v":` + a.Value + `}`))
		y, err2 := render.DecodeJSON([]byte(`{"v":` + b.Value + `}`))
		if err1 == nil && err2 == nil {
			return x["v"] == y["v"]
		}
		var f, g float64
		return a.Decode(&f) == nil && b.Decode(&g) == nil && f == g
	}
	return a.ShortTag() == b.ShortTag() && sameScalar(a.Value, b.Value)
}

// byKey are the values of a mapping by their keys, each with its type.
func byKey(n *yaml.Node) map[string]*yaml.Node {
	out := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		out[n.Content[i].ShortTag()+n.Content[i].Value] = n.Content[i+1]
	}
	return out
}

func isNumber(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && (n.ShortTag() == "!!int" || n.ShortTag() == "!!float")
}
