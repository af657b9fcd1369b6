package lint

import (
	"fmt"
	"strconv"
	"strings"
)

// path leads into an object: strings are fields, integers are elements of lists.
type path []any

// of is a longer path; it shares nothing with p.
func (p path) of(more ...any) path {
	return append(p[:len(p):len(p)], more...)
}

// String is the path for people.
func (p path) String() string {
	var b strings.Builder
	for _, x := range p {
		switch x := x.(type) {
		case int:
			fmt.Fprintf(&b, "[%d]", x)
		case string:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			if strings.ContainsAny(x, "./") {
				x = strconv.Quote(x)
			}
			b.WriteString(x)
		}
	}
	return b.String()
}

// kind is the path without the places in lists, which depend on the input.
func (p path) kind() string {
	var b strings.Builder
	for _, x := range p {
		if s, ok := x.(string); ok {
			b.WriteString("." + s)
		} else {
			b.WriteString("[]")
		}
	}
	return b.String()
}

// at is what a path leads to, or nil.
func at(v any, p ...any) any {
	for _, x := range p {
		switch x := x.(type) {
		case string:
			m, ok := v.(map[string]any)
			if !ok {
				return nil
			}
			v = m[x]
		case int:
			l, ok := v.([]any)
			if !ok || x >= len(l) {
				return nil
			}
			v = l[x]
		}
	}
	return v
}

func text(v any, p ...any) string {
	s, _ := at(v, p...).(string)
	return s
}

func object(v any, p ...any) map[string]any {
	m, _ := at(v, p...).(map[string]any)
	return m
}

func list(v any, p ...any) []any {
	l, _ := at(v, p...).([]any)
	return l
}

// number is a number as an integer.
func number(v any, p ...any) (int64, bool) {
	switch n := at(v, p...).(type) {
	case int64:
		return n, true
	case float64:
		return int64(n), n == float64(int64(n))
	}
	return 0, false
}

// holds says whether a field is true.
func holds(v any, p ...any) bool {
	b, _ := at(v, p...).(bool)
	return b
}

// eachString visits every string in a value.
func eachString(v any, visit func(s string)) {
	switch v := v.(type) {
	case string:
		visit(v)
	case []any:
		for _, x := range v {
			eachString(x, visit)
		}
	case map[string]any:
		for _, x := range v {
			eachString(x, visit)
		}
	}
}

// Path is a path for people.
func Path(p []any) string { return path(p).String() }
