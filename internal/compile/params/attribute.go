package params

import (
	"slices"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/literal"
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/ignore"
)

// Attribute is one argument of @param(...).
type Attribute struct {
	Key, Value string
	HasValue   bool
	At         token.Pos
}

// Attributes returns the arguments of all @param(...) of a parameter.
func (p *Param) Attributes() []Attribute {
	var out []Attribute
	for _, d := range p.Decls {
		for _, a := range d.Attrs {
			key, body := a.Split()
			if key != "param" {
				continue
			}
			for _, arg := range splitArguments(body) {
				k, v, has := strings.Cut(arg, "=")
				v = strings.TrimSpace(v)
				if s, err := literal.Unquote(v); err == nil {
					v = s
				}
				out = append(out, Attribute{Key: strings.TrimSpace(k), Value: v, HasValue: has, At: a.Pos()})
			}
		}
	}
	return out
}

// IsSecretRef says whether a parameter is {name: string, key: string}.
func (p *Param) IsSecretRef() bool {
	return p.Schema.Type == "struct" && len(p.fields) == 2 && !p.HasDefault() && !slices.ContainsFunc(p.fields, func(f *Param) bool {
		return f.Name != "name" && f.Name != "key" || f.Schema.Type != "string" || f.Optional
	})
}

// Generated says whether kudoc makes the value of a secret parameter that an Instance does not set.
func (p *Param) Generated() bool {
	return slices.ContainsFunc(p.Attributes(), func(a Attribute) bool { return a.Key == "generate" })
}

// splitArguments splits at commas outside of quotes.
func splitArguments(body string) []string {
	var out []string
	start, quoted := 0, false
	for i := 0; i <= len(body); i++ {
		switch {
		case i == len(body) || body[i] == ',' && !quoted:
			if s := strings.TrimSpace(body[start:i]); s != "" {
				out = append(out, s)
			}
			start = i + 1
		case body[i] == '\\' && quoted:
			i++
		case body[i] == '"':
			quoted = !quoted
		}
	}
	return out
}

// description is the comment above the declarations of a parameter, without what it says to kudoc.
func description(decls []*ast.Field) string {
	var out []string
	for _, d := range decls {
		for _, c := range ast.Comments(d) {
			if !c.Doc {
				continue
			}
			words := &ast.CommentGroup{}
			for _, line := range c.List {
				if !ignore.IsDirective(line.Text) {
					words.List = append(words.List, line)
				}
			}
			if text := strings.TrimSpace(words.Text()); text != "" {
				out = append(out, text)
			}
		}
	}
	return strings.Join(out, "\n")
}
