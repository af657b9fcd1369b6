package admission

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/kudoc/kudoc/internal/compile/expr"
	"github.com/kudoc/kudoc/internal/compile/params"
)

// inspector writes expressions that yield the list of what is wrong with a value.
type inspector struct {
	*values
	partial bool // an expression may fail, on values that have their types
	depth   int  // of the loops around what is being written
}

// value is what is wrong with a value that is there.
func (in *inspector) value(p *params.Param, v string, at path) string {
	mistyped := finding(join(constant("parameter "), at.quoted(), constant(" must be %s, not ", typeName(p))), v)
	rest := in.inside(p, v, at)
	if check := in.check(p, v, at); check != "" {
		rest = append([]string{check}, rest...)
	}
	if len(rest) == 0 {
		return fmt.Sprintf("%s ? [] : [%s]", accepts(p, v), mistyped)
	}
	return fmt.Sprintf("!%s ? [%s] : %s", accepts(p, v), mistyped, concat(rest))
}

// typeName is the type for people.
func typeName(p *params.Param) string {
	if p.Schema.Type == "map" {
		return "struct"
	}
	return p.Schema.Type
}

// accepts is a condition: a value has the type. A float that is a whole number is stored as an integer.
func accepts(p *params.Param, v string) string {
	switch p.Schema.Type {
	case "any":
		return fmt.Sprintf("(%s != null)", v)
	case "int":
		return fmt.Sprintf("(type(%[1]s) == int || type(%[1]s) == double && %[1]s > -9223372036854775808.0 && %[1]s < 9223372036854775808.0 && "+
			"double(int(%[1]s)) == %[1]s)", v)
	case "number":
		return fmt.Sprintf("(type(%[1]s) == int || type(%[1]s) == double)", v)
	case "struct":
		return fmt.Sprintf("(type(%s) == map)", v)
	}
	return fmt.Sprintf("(type(%s) == %s)", v, p.Schema.Type)
}

// check is what a constraint says of a value that has its type, or nothing if only the controller can tell.
func (in *inspector) check(p *params.Param, v string, at path) string {
	if p.Check() == nil {
		return ""
	}
	c := in.condition(p.Check(), in.self(p, v))
	if c == "" {
		return ""
	}
	shown, ok := show(p, v)
	if !ok {
		shown = constant("the value")
	}
	says := join(constant("parameter "), at.quoted(), constant(": "), shown, constant(" is not allowed"))
	if want := p.Schema.Want; want != "" {
		says = join(constant("parameter "), at.quoted(), constant(": "), shown, constant(" is not %s", want))
	}
	return fmt.Sprintf("(%s) ? [] : [%s]", c, finding(says, ""))
}

// condition is a check without kudoc's functions, or nothing.
func (in *inspector) condition(check, self *expr.X) string {
	if self == nil {
		return ""
	}
	before := in.reads
	x := expr.Plain(check, in.leaf(self))
	if x == nil {
		return ""
	}
	in.partial = in.partial || in.reads > before || !expr.Total(x)
	return expr.Printer{Plain: true}.Print(x)
}

// self is the value under test as a check sees it, or nil if the controller fills in what is missing in it.
func (in *inspector) self(p *params.Param, v string) *expr.X {
	if fills(p) {
		return nil
	}
	t := *p.Type
	t.Lo, t.Hi = nil, nil
	computes := false
	p.Check().Walk(func(x *expr.X) {
		operator := x.Op == expr.OpBin && strings.Contains("+-*", x.Name)
		computes = computes || operator || x.Op == expr.OpUn && x.Name == "-" || x.Op == expr.OpCall || x.Op == expr.OpIdx
	})
	if computes {
		v = normal(p, v)
	}
	return expr.Var(v, &t)
}

// inside is what is wrong within a struct, a map or a list.
func (in *inspector) inside(p *params.Param, v string, at path) []string {
	switch p.Schema.Type {
	case "struct":
		return append([]string{unknown(p, v, at)}, in.fields(p, v, at)...)
	case "map":
		k, e := in.loop("k"), in.loop("e")
		in.depth++
		defer func() { in.depth-- }()
		each := concat(in.entry(p, k, e, at))
		if names := fieldNames(p); len(names) > 0 {
			each = fmt.Sprintf("%s in [%s] ? [] : %s", k, strings.Join(names, ", "), each)
		}
		return append(in.fields(p, v, at), fmt.Sprintf("%s.transformList(%s, %s, %s).flatten()", v, k, e, each))
	case "list":
		i, e := in.loop("i"), in.loop("e")
		in.depth++
		defer func() { in.depth-- }()
		return []string{fmt.Sprintf("%s.transformList(%s, %s, %s).flatten()", v, i, e, in.value(p.Elem(), e, at.index(i)))}
	}
	return nil
}

// loop names a variable of a loop.
func (in *inspector) loop(base string) string {
	if in.depth == 0 {
		return base
	}
	return base + strconv.Itoa(in.depth+1)
}

// entry is what is wrong with a key of a map and its value.
func (in *inspector) entry(p *params.Param, k, e string, at path) []string {
	var out []string
	if p.KeyCheck() != nil {
		if c := in.condition(p.KeyCheck(), expr.Var(k, expr.TString)); c != "" {
			says := join(constant("parameter "), at.key(k).quoted(), constant(": a key must match %s", p.Schema.Keys))
			out = append(out, fmt.Sprintf("(%s) ? [] : [%s]", c, finding(says, "")))
		}
	}
	return append(out, in.value(p.Elem(), e, at.key(k)))
}

// fields is what is wrong with each field of a struct.
func (in *inspector) fields(p *params.Param, v string, at path) []string {
	var out []string
	for _, f := range p.Fields() {
		out = append(out, in.field(f, v, at.field(f.Name)))
	}
	return out
}

// field is what is wrong with a field of the struct v, which may not be there.
func (in *inspector) field(f *params.Param, v string, at path) string {
	var missing []string
	for _, m := range required(f, at) {
		missing = append(missing, finding(join(constant("parameter "), m.quoted(), constant(" is required, but not set")), ""))
	}
	return fmt.Sprintf("!%s ? [%s] : %s", hasField(v, f.Name), strings.Join(missing, ", "), in.value(f, selected(v, f.Name), at))
}

// required lists what must be set where a parameter is not.
func required(p *params.Param, at path) []path {
	switch {
	case p.Optional || p.HasDefault() || p.Generated() || p.Schema.Type == "list" || p.Schema.Type == "map" && len(p.Fields()) == 0:
		return nil
	case p.Schema.Type == "struct" || p.Schema.Type == "map":
		var out []path
		for _, f := range p.Fields() {
			out = append(out, required(f, at.field(f.Name))...)
		}
		return out
	}
	return []path{at}
}

// few is how many names a message lists.
const few = 12

// unknown lists the fields that a struct does not have.
func unknown(p *params.Param, v string, at path) string {
	names, known := fieldNames(p), ""
	plain := make([]string, len(names))
	for i, f := range p.Fields() {
		plain[i] = f.Name
	}
	slices.Sort(plain)
	switch {
	case len(names) == 0:
		known = ": there are none"
	case len(names) <= few:
		known = ": known are " + strings.Join(plain, ", ")
	}
	place := path(computed(`u.replace("\n", " ")`))
	if len(at) > 0 {
		place = at.key("u")
	}
	says := join(constant("unknown parameter "), place.quoted(), constant("%s", known))
	return fmt.Sprintf("%s.map(u, !(u in [%s]), %s)", v, strings.Join(names, ", "), finding(says, ""))
}

func fieldNames(p *params.Param) []string {
	var out []string
	for _, f := range p.Fields() {
		out = append(out, strconv.Quote(f.Name))
	}
	return out
}

// concat is the concatenation of lists. Operators would nest as deep as there are lists, and CEL limits the depth.
func concat(lists []string) string {
	if len(lists) == 1 {
		return "(" + lists[0] + ")"
	}
	return "[" + strings.Join(lists, ", ") + "].flatten()"
}

// selected is a field of a value.
func selected(v, name string) string {
	return expr.Printer{}.Print(expr.Sel(expr.Var(v, expr.TAny), name, expr.TAny))
}

func hasField(v, name string) string {
	x := expr.Printer{}.Print(expr.Has(expr.Var(v, expr.TAny), name))
	if strings.HasPrefix(x, "has(") {
		return x
	}
	return "(" + x + ")"
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// isReserved says whether a name is a word of CEL.
func isReserved(s string) bool {
	return slices.Contains([]string{
		"true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let",
		"loop", "package", "namespace", "return", "var", "void", "while",
	}, s)
}
