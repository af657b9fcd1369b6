package openapi

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"github.com/kudoc/kudoc/internal/compile/expr"
	"github.com/kudoc/kudoc/internal/compile/params"
)

// constrain adds the constraints of a value that speak of nothing else.
func constrain(out *apiextensionsv1.JSONSchemaProps, p *params.Param) {
	if p.KeyCheck() != nil {
		rule := rule(expr.Plain(p.KeyCheck(), alone(expr.Var("k", expr.TString))))
		if rule != "" && ruled(p) {
			out.XValidations = append(out.XValidations, apiextensionsv1.ValidationRule{Rule: "self.all(k, " + rule + ")", Message: "a key must match " + p.Schema.Keys})
		} else {
			describe(out, "Only kudoc checks the keys.")
		}
	}
	if p.Check() == nil || crosses(p.Check()) {
		return
	}
	self := expr.Var("self", p.Type)
	for _, c := range conjuncts(p.Check()) {
		x := expr.Plain(c, alone(self))
		if x != nil && bound(out, p, x) {
			continue
		}
		if r := rule(x); r != "" && ruled(p) && !isRecord(p) {
			out.XValidations = append(out.XValidations, apiextensionsv1.ValidationRule{Rule: r, Message: message(p)})
		} else if !strings.Contains(out.Description, incomplete) {
			describe(out, incomplete+p.Schema.Want+".")
		}
	}
}

// isRecord says whether kudoc fills in what is missing within a value, so that a rule would see something else.
func isRecord(p *params.Param) bool { return p.Schema.Type == "struct" || p.Schema.Type == "map" }

// ruled says whether an API server can compile rules over a value: it must know the type of everything in it. Of a number
// it knows one, and rules ask which.
func ruled(p *params.Param) bool {
	switch p.Schema.Type {
	case "any", "number":
		return false
	case "map":
		return len(p.Fields()) == 0 && ruled(p.Elem())
	case "list":
		return ruled(p.Elem())
	}
	return !slices.ContainsFunc(p.Fields(), func(f *params.Param) bool { return !ruled(f) })
}

func message(p *params.Param) string {
	if p.Schema.Want == "" {
		return "the value is not allowed"
	}
	return "must be " + strings.Join(strings.Fields(p.Schema.Want), " ")
}

func rule(x *expr.X) string {
	if x == nil {
		return ""
	}
	return expr.Printer{Plain: true}.Print(x)
}

// alone refuses every input but the value under test.
func alone(self *expr.X) expr.Leaf {
	return func(x *expr.X) (*expr.X, bool) {
		switch {
		case x.Op == expr.OpVar && x.Name == "self":
			return self, true
		case x.Op == expr.OpVar && x.Name == "params":
			return nil, true
		}
		return nil, false
	}
}

func crosses(x *expr.X) bool { return x.Vars()["params"] }

func conjuncts(x *expr.X) []*expr.X {
	if x.Op == expr.OpBin && x.Name == "&&" {
		return append(conjuncts(x.Args[0]), conjuncts(x.Args[1])...)
	}
	return []*expr.X{x}
}

// bound says a constraint by OpenAPI's own means, if it is one of those.
func bound(out *apiextensionsv1.JSONSchemaProps, p *params.Param, x *expr.X) bool {
	if enumerate(out, x) {
		return true
	}
	switch {
	case x.Op == expr.OpCall && x.Name == "matches" && isSelf(x.Args[0]) && p.Schema.Type == "string" && out.Pattern == "":
		re, ok := x.Args[1].Constant()
		if _, err := regexp.Compile(re); !ok || err != nil || re == "" {
			return false
		}
		out.Pattern = re
		return true
	case x.Op != expr.OpBin || !x.Args[1].IsLit():
		return false
	case isSelf(x.Args[0]) && x.Name == "!=" && x.Args[1].Lit == "" && p.Schema.Type == "string" && out.MinLength == nil:
		out.MinLength = new(int64(1))
		return true
	case isSelf(x.Args[0]) && (p.Schema.Type == "int" || p.Schema.Type == "number"):
		return numeric(out, x)
	case x.Args[0].Op == expr.OpCall && x.Args[0].Name == "size" && isSelf(x.Args[0].Args[0]):
		return sized(out, p, x)
	}
	return false
}

func isSelf(x *expr.X) bool { return x.Op == expr.OpVar && x.Name == "self" }

// exactFloat is up to where a float holds every integer.
const exactFloat = 1 << 53

// numeric is self >= 1 and the like. One bound of a side is enough; more are rules.
func numeric(out *apiextensionsv1.JSONSchemaProps, x *expr.X) bool {
	n, ok := x.Args[1].Lit.(json.Number)
	if !ok {
		return false
	}
	v, err := n.Float64()
	if err != nil || v > exactFloat || v < -exactFloat {
		return false
	}
	switch {
	case (x.Name == ">=" || x.Name == ">") && out.Minimum == nil:
		out.Minimum, out.ExclusiveMinimum = &v, x.Name == ">"
	case (x.Name == "<=" || x.Name == "<") && out.Maximum == nil:
		out.Maximum, out.ExclusiveMaximum = &v, x.Name == "<"
	default:
		return false
	}
	return true
}

// sized is size(self) >= 1 and the like.
func sized(out *apiextensionsv1.JSONSchemaProps, p *params.Param, x *expr.X) bool {
	n, ok := x.Args[1].Int()
	if !ok || n < 0 || x.Name != ">=" && x.Name != "<=" {
		return false
	}
	limits := map[string][2]**int64{
		"string": {&out.MinLength, &out.MaxLength}, "list": {&out.MinItems, &out.MaxItems}, "map": {&out.MinProperties, &out.MaxProperties},
	}
	l, ok := limits[p.Schema.Type]
	if !ok {
		return false
	}
	to := l[0]
	if x.Name == "<=" {
		to = l[1]
	}
	if *to != nil {
		return false
	}
	*to = &n
	return true
}

// enumerate is self == "a" || self == "b".
func enumerate(out *apiextensionsv1.JSONSchemaProps, x *expr.X) bool {
	var values []apiextensionsv1.JSON
	for _, d := range disjuncts(x) {
		if d.Op != expr.OpBin || d.Name != "==" || !isSelf(d.Args[0]) || !d.Args[1].IsLit() {
			return false
		}
		raw, err := json.Marshal(d.Args[1].Lit)
		if err != nil {
			return false
		}
		values = append(values, apiextensionsv1.JSON{Raw: raw})
	}
	if out.Enum != nil {
		return false
	}
	out.Enum = values
	return true
}

func disjuncts(x *expr.X) []*expr.X {
	if x.Op == expr.OpBin && x.Name == "||" {
		return append(disjuncts(x.Args[0]), disjuncts(x.Args[1])...)
	}
	return []*expr.X{x}
}

// across are the constraints of parameters at the top that read others there. A parameter that is not set, because its
// default is not a constant, makes no difference: kudoc decides then.
func across(root *params.Param) []apiextensionsv1.ValidationRule {
	var out []apiextensionsv1.ValidationRule
	for _, p := range root.Fields() {
		if p.Check() == nil || !crosses(p.Check()) || isRecord(p) || !ruled(p) || !isName(p.Name) {
			continue
		}
		guard := []string{p.Name}
		x := expr.Plain(p.Check(), func(x *expr.X) (*expr.X, bool) {
			switch {
			case x.Op == expr.OpVar && x.Name == "self":
				return expr.Var("self."+p.Name, p.Type), true
			case x.Op == expr.OpVar && x.Name == "params":
				return nil, true
			case (x.Op == expr.OpSel || x.Op == expr.OpHas) && x.Args[0].Op == expr.OpVar && x.Args[0].Name == "params":
				i := slices.IndexFunc(root.Fields(), func(f *params.Param) bool { return f.Name == x.Name })
				if i < 0 || x.Op == expr.OpHas || !isName(x.Name) || isRecord(root.Fields()[i]) || !ruled(root.Fields()[i]) {
					return nil, true
				}
				if !slices.Contains(guard, x.Name) {
					guard = append(guard, x.Name)
				}
				return expr.Var("self."+x.Name, x.Type), true
			}
			return nil, false
		})
		if x == nil {
			continue
		}
		var absent []string
		for _, g := range guard {
			absent = append(absent, "!has(self."+g+")")
		}
		condition := expr.Printer{Plain: true}.Print(expr.Or(expr.Var(strings.Join(absent, " || "), expr.TBool), x))
		out = append(out, apiextensionsv1.ValidationRule{Rule: condition, Message: p.Name + " " + message(p), FieldPath: "." + p.Name})
	}
	return out
}

var name = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9]*$`)

// isName says whether a rule may select a field by its name as it is.
func isName(s string) bool {
	words := []string{
		"true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let",
		"loop", "package", "namespace", "return", "var", "void", "while",
	}
	return name.MatchString(s) && !slices.Contains(words, s)
}
