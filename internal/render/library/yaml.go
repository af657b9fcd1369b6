package library

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	"go.yaml.in/yaml/v3"

	"github.com/kudoc/kudoc/internal/render/value"
)

// yamlFunctions are CUE's package encoding/yaml, as far as templates need it.
func yamlFunctions() []cel.EnvOption {
	return []cel.EnvOption{
		function("yaml.Marshal", typesOf(cel.DynType), cel.StringType, func(a []ref.Val) ref.Val {
			return result(writeYAML(a[0]))
		}),
		function("yaml.MarshalStream", typesOf(listOfAny), cel.StringType, func(a []ref.Val) ref.Val {
			var docs []string
			for _, v := range elements(a[0]) {
				doc, err := writeYAML(v)
				if err != nil {
					return types.WrapErr(err)
				}
				docs = append(docs, doc)
			}
			return types.String(strings.Join(docs, "---\n"))
		}),
	}
}

// writeYAML writes v as CUE's yaml.Marshal does, which uses the same encoder, but for what parsers would refuse then: a block
// literal that begins with a tab, and a key that means a merge.
func writeYAML(v ref.Val) (string, error) {
	n, err := yamlNode(v, 0)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(n); err != nil {
		return "", fmt.Errorf("yaml.Marshal: %w", err)
	}
	return b.String(), nil
}

func yamlNode(v ref.Val, depth int) (*yaml.Node, error) {
	if depth > value.MaxDepth {
		return nil, fmt.Errorf("yaml.Marshal: nested deeper than %d levels", value.MaxDepth)
	}
	switch x := v.(type) {
	case traits.Mapper:
		return yamlMapping(x, depth)
	case traits.Lister:
		n := &yaml.Node{Kind: yaml.SequenceNode}
		for _, e := range elements(x) {
			c, err := yamlNode(e, depth+1)
			if err != nil {
				return nil, err
			}
			n.Content = append(n.Content, c)
		}
		return n, nil
	case types.String:
		return yamlString(string(x)), nil
	case types.Null:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: "null"}, nil
	case types.Int, types.Double, types.Bool:
		s, err := value.Interpolate(x)
		return &yaml.Node{Kind: yaml.ScalarNode, Value: s}, err
	case types.Bytes:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!binary", Value: base64.StdEncoding.EncodeToString(x)}, nil
	case *types.Err:
		return nil, x
	}
	return nil, fmt.Errorf("yaml.Marshal: a %s is not a YAML value", v.Type().TypeName())
}

func yamlMapping(m traits.Mapper, depth int) (*yaml.Node, error) {
	keys, err := value.Keys(m)
	if err != nil {
		return nil, err
	}
	n := &yaml.Node{Kind: yaml.MappingNode}
	for _, k := range keys {
		c, err := yamlNode(m.Get(types.String(k)), depth+1)
		if err != nil {
			return nil, err
		}
		n.Content = append(n.Content, yamlString(k), c)
	}
	return n, nil
}

func yamlString(s string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode}
	n.SetString(s) // multi-line text becomes a block literal
	if n.Style == 0 && (yaml11Words[s] || yaml11Scalar.MatchString(s)) || strings.HasPrefix(s, "\t") {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

// What the encoder knows as strings but YAML 1.1 does not: dates, times, numbers of base 60, and words.
var (
	yaml11Scalar = regexp.MustCompile(`^[\-+0-9:\. \t]+([-:]|[tT])[\-+0-9:\. \t]+[zZ]?$|^0x[a-fA-F0-9]+$`)
	yaml11Words  = wordSet("y Y yes Yes YES n N t T f F no No NO true True TRUE false False FALSE on On ON off Off OFF .Nan << =")
)

func wordSet(words string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(words) {
		out[w] = true
	}
	return out
}
