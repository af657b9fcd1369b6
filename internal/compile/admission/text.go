package admission

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/kudoc/kudoc/internal/compile/params"
)

// text is pieces of a string: constants, and expressions for what is known in the cluster only.
type text []piece

type piece struct {
	constant   string
	expression string
}

func constant(format string, args ...any) text {
	return text{{constant: fmt.Sprintf(format, args...)}}
}

func computed(expression string) text { return text{{expression: expression}} }

func join(ts ...text) text {
	var out text
	for _, t := range ts {
		for _, p := range t {
			if n := len(out); n > 0 && p.expression == "" && out[n-1].expression == "" {
				out[n-1].constant += p.constant
				continue
			}
			out = append(out, p)
		}
	}
	return out
}

// cel is the text as an expression. An API server drops messages of several lines.
func (t text) cel() string {
	parts := make([]string, len(t))
	for i, p := range t {
		if parts[i] = p.expression; p.expression == "" {
			parts[i] = strconv.Quote(strings.ReplaceAll(p.constant, "\n", " "))
		}
	}
	return strings.Join(parts, " + ")
}

// path is where a value is, as the controller writes it: tls.port, listeners[0].name.
type path text

func (p path) field(name string) path {
	switch {
	case len(p) == 0:
		return path(constant("%s", name))
	case isWord(name):
		return path(join(text(p), constant(".%s", name)))
	}
	return path(join(text(p), constant("[%q]", name)))
}

func (p path) index(variable string) path {
	return path(join(text(p), constant("["), computed("string("+variable+")"), constant("]")))
}

func (p path) key(variable string) path {
	return path(join(text(p), constant("."), computed(variable+`.replace("\n", " ")`)))
}

func (p path) quoted() text { return join(constant(`"`), text(p), constant(`"`)) }

func isWord(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(c rune) bool {
		return !(c == '_' || c == '-' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9')
	})
}

// finding is an expression: one thing that is wrong, as a map. Of got, if there is one, the message shows the type.
func finding(t text, got string) string {
	if got == "" {
		return `{"text": dyn(` + t.cel() + `)}`
	}
	return `{"text": dyn(` + t.cel() + `), "got": dyn(` + got + `)}`
}

// kindOf names the type of a value for people, as the controller does.
func kindOf(v string) string {
	return fmt.Sprintf(`(type(%[1]s) == string ? "string" : type(%[1]s) == bool ? "bool" : type(%[1]s) == int ? "int" : type(%[1]s) == double ? "number" : `+
		`type(%[1]s) == list ? "list" : type(%[1]s) == map ? "struct" : "null")`, v)
}

// messages is an expression: what a list of findings says.
func messages(findings string) string {
	return findings + `.map(w, string(w.text) + (has(w.got) ? ` + kindOf("w.got") + ` : "")).join("; ")`
}

// show is a value in a message. Long texts are cut; what is not a scalar has no spelling in CEL.
func show(p *params.Param, v string) (text, bool) {
	switch p.Schema.Type {
	case "string":
		return computed("strings.quote(size(" + v + ") > 60 ? " + v + `.substring(0, 60) + "..." : ` + v + ")"), true
	case "int", "number", "bool":
		return computed("string(" + v + ")"), true
	case "any":
		return computed(fmt.Sprintf("(type(%[1]s) == string ? strings.quote(%[1]s) : type(%[1]s) == list || type(%[1]s) == map ? \"the value\" : string(%[1]s))", v)), true
	}
	return nil, false
}
