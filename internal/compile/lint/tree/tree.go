// Package tree reads values of JSON types, such as objects of Kubernetes, by path.
package tree

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Path leads into an object: strings are fields, integers are elements of lists.
type Path []any

// Of is a longer path; it shares nothing with p.
func (p Path) Of(more ...any) Path {
	return append(p[:len(p):len(p)], more...)
}

// String is the path for people.
func (p Path) String() string {
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

// Kind is the path without the places in lists, which depend on the input.
func (p Path) Kind() string {
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

// At is what a path leads to, or nil.
func At(v any, p ...any) any {
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

// Text is the string that a path leads to, or "".
func Text(v any, p ...any) string {
	s, _ := At(v, p...).(string)
	return s
}

// Object is the struct that a path leads to, or nil.
func Object(v any, p ...any) map[string]any {
	m, _ := At(v, p...).(map[string]any)
	return m
}

// List is the list that a path leads to, or nil.
func List(v any, p ...any) []any {
	l, _ := At(v, p...).([]any)
	return l
}

// Number is a number as an integer.
func Number(v any, p ...any) (int64, bool) {
	switch n := At(v, p...).(type) {
	case int64:
		return n, true
	case float64:
		return int64(n), n == float64(int64(n))
	}
	return 0, false
}

// Holds says whether a field is true.
func Holds(v any, p ...any) bool {
	b, _ := At(v, p...).(bool)
	return b
}

// EachString visits every string in a value.
func EachString(v any, visit func(s string)) {
	switch v := v.(type) {
	case string:
		visit(v)
	case []any:
		for _, x := range v {
			EachString(x, visit)
		}
	case map[string]any:
		for _, x := range v {
			EachString(x, visit)
		}
	}
}

// EachText visits every string in a value, with its path, fields in order.
func EachText(v any, p Path, visit func(p Path, s string)) {
	switch v := v.(type) {
	case string:
		visit(p, v)
	case []any:
		for n, x := range v {
			EachText(x, p.Of(n), visit)
		}
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			EachText(v[k], p.Of(k), visit)
		}
	}
}

// Different visits the paths at which two values differ.
func Different(a, b any, p Path, visit func(p Path)) {
	switch x := a.(type) {
	case map[string]any:
		if y, ok := b.(map[string]any); ok {
			for k := range x {
				Different(x[k], y[k], p.Of(k), visit)
			}
			for k := range y {
				if _, both := x[k]; !both {
					visit(p.Of(k))
				}
			}
			return
		}
	case []any:
		if y, ok := b.([]any); ok && len(x) == len(y) {
			for i := range x {
				Different(x[i], y[i], p.Of(i), visit)
			}
			return
		}
	}
	if !reflect.DeepEqual(a, b) {
		visit(p)
	}
}

// Lacks says whether a has no field that b has, somewhere.
func Lacks(a, b any) bool {
	switch y := b.(type) {
	case map[string]any:
		x, ok := a.(map[string]any)
		if !ok {
			return true
		}
		for k := range y {
			if _, has := x[k]; !has || Lacks(x[k], y[k]) {
				return true
			}
		}
	case []any:
		x, ok := a.([]any)
		if !ok || len(x) < len(y) {
			return true
		}
		for n := range y {
			if Lacks(x[n], y[n]) {
				return true
			}
		}
	}
	return false
}
