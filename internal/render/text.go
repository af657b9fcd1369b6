package render

import (
	"fmt"
	"strings"

	"github.com/kudoc/kudoc/internal/render/expression"
)

// parseText reads a $text: literal text in which `\(expression)` is a hole and `\\` a backslash.
func (p *parser) parseText(s string) (node, error) {
	out := &textNode{}
	var lit strings.Builder
	flush := func() {
		if lit.Len() > 0 {
			out.parts = append(out.parts, textPart{literal: lit.String()})
			lit.Reset()
		}
	}
	for s != "" {
		i := strings.IndexByte(s, '\\')
		if i < 0 {
			lit.WriteString(s)
			break
		}
		lit.WriteString(s[:i])
		switch s = s[i+1:]; {
		case strings.HasPrefix(s, `\`):
			lit.WriteByte('\\')
			s = s[1:]
		case strings.HasPrefix(s, "("):
			end := holeEnd(s[1:])
			if end < 0 {
				return nil, fmt.Errorf(`$text: \( without a closing parenthesis`)
			}
			e, err := expression.Compile(p.env, s[1:1+end])
			if err != nil {
				return nil, fmt.Errorf("$text: %w", err)
			}
			flush()
			out.parts = append(out.parts, textPart{e: e})
			s = s[end+2:]
		default:
			return nil, fmt.Errorf(`$text: a backslash is followed by neither ( nor \`)
		}
	}
	flush()
	return out, nil
}

// holeEnd finds the parenthesis that closes a hole; parentheses inside CEL strings do not count.
func holeEnd(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '(':
			depth++
		case ')':
			if depth == 0 {
				return i
			}
			depth--
		case '"', '\'':
			for i++; i < len(s) && s[i] != c; i++ {
				if s[i] == '\\' {
					i++
				}
			}
		}
	}
	return -1
}
