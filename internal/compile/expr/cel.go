package expr

import (
	"strconv"
	"strings"
)

// Printer prints expressions as CEL. Loop variables have unique names in the tree; a printer gives each a name that reads
// well and is free where it stands.
type Printer struct {
	// Plain prints constants without kudoc's functions, for what Plain returned.
	Plain bool

	names map[string]string // of the loop variables in scope
}

// reserved are the names that a loop variable must not hide, beside CEL's own words.
var reserved = map[string]bool{
	"params": true, "instance": true, "framework": true, "plan": true, "phase": true, "step": true, "execution": true,
	"local": true, "self": true, "requires": true, "previous": true, "object": true,
}

// Bind returns the printer for the body of a loop, and the name of the loop variable in it.
func (p Printer) Bind(unique string) (Printer, string) {
	base := strings.TrimRight(unique, "0123456789")
	base = strings.Trim(strings.TrimSuffix(base, "@"), "_#")
	if !isIdent(base) || reserved[base] {
		base = "e"
	}
	taken := map[string]bool{}
	for _, n := range p.names {
		taken[n] = true
	}
	name := base
	for i := 2; taken[name]; i++ {
		name = base + strconv.Itoa(i)
	}
	inner := Printer{Plain: p.Plain, names: map[string]string{unique: name}}
	for k, v := range p.names {
		inner.names[k] = v
	}
	return inner, name
}

// CEL prints x with the unique names of loop variables. Equal expressions print equally, so it serves as identity too.
func (x *X) CEL() string { return Printer{}.cel(x, 0) }

// Print prints x.
func (p Printer) Print(x *X) string { return p.cel(x, 0) }

// Precedences of CEL, from ternary to postfix.
const (
	precCond = 1 + iota
	precOr
	precAnd
	precCompare
	precAdd
	precMul
	_
	precUnary
	precPostfix
)

var precedence = map[string]int{
	"||": precOr, "&&": precAnd, "==": precCompare, "!=": precCompare, "<": precCompare, "<=": precCompare, ">": precCompare,
	">=": precCompare, "in": precCompare, "+": precAdd, "-": precAdd, "*": precMul, "/": precMul, "%": precMul,
}

func paren(own, context int, s string) string {
	if own < context {
		return "(" + s + ")"
	}
	return s
}

func (p Printer) cel(x *X, context int) string {
	switch x.Op {
	case OpLit:
		s := p.literal(x.Lit)
		if strings.HasPrefix(s, "-") {
			return paren(precUnary, context, s)
		}
		return s
	case OpVar:
		if n, ok := p.names[x.Name]; ok {
			return n
		}
		return x.Name
	case OpSel:
		if isSelector(x.Name) {
			return p.cel(x.Args[0], precPostfix) + "." + x.Name
		}
		return p.cel(x.Args[0], precPostfix) + "[" + strconv.Quote(x.Name) + "]"
	case OpIdx:
		return p.cel(x.Args[0], precPostfix) + "[" + p.cel(x.Args[1], 0) + "]"
	case OpHas:
		if isSelector(x.Name) {
			return "has(" + p.cel(x.Args[0], precPostfix) + "." + x.Name + ")"
		}
		return paren(precCompare, context, strconv.Quote(x.Name)+" in "+p.cel(x.Args[0], precAdd))
	case OpCall:
		return p.call(x)
	case OpUn:
		return paren(precUnary, context, x.Name+p.cel(x.Args[0], precUnary+1))
	case OpBin:
		own := precedence[x.Name]
		if own == precCompare { // comparisons do not chain
			return paren(own, context, p.uniform(x.Args[0], x.Args[1], own+1)+" "+x.Name+" "+p.uniform(x.Args[1], x.Args[0], own+1))
		}
		return paren(own, context, p.cel(x.Args[0], own)+" "+x.Name+" "+p.cel(x.Args[1], own+1))
	case OpCond:
		a, b := p.uniform(x.Args[1], x.Args[2], precOr), p.uniform(x.Args[2], x.Args[1], precCond)
		return paren(precCond, context, p.cel(x.Args[0], precOr)+" ? "+a+" : "+b)
	case OpList:
		return p.list(x, context)
	case OpObj:
		return p.object(x)
	default:
		return "fail(" + strconv.Quote(x.Name) + ")"
	}
}

// call prints f(x, y), or x.f(y) where the name begins with a dot.
func (p Printer) call(x *X) string {
	name, rest := x.Name, x.Args
	if strings.HasPrefix(name, ".") {
		name, rest = p.cel(x.Args[0], precPostfix)+name, x.Args[1:]
	}
	args := make([]string, len(rest))
	for i := range rest {
		args[i] = p.cel(rest[i], 0)
	}
	return name + "(" + strings.Join(args, ", ") + ")"
}

// uniform prints x beside y where CEL wants both to have one type: dyn() hides the type from its checker.
func (p Printer) uniform(x, y *X, context int) string {
	tx, ty := staticType(x), staticType(y)
	if tx == ty || tx == "dyn" || ty == "dyn" && !(looped(y) && x.Type.Kind != y.Type.Kind) {
		return p.cel(x, context)
	}
	return "dyn(" + p.cel(x, 0) + ")"
}

// looped says whether a value has a loop variable in it, to which CEL's checker may have given a type.
func looped(x *X) bool {
	for name := range x.Vars() {
		if strings.Contains(name, "@") {
			return true
		}
	}
	return false
}

// list prints [a, b] + (c ? [d] : []) + l.map(v, e).
func (p Printer) list(x *X, context int) string {
	mixed := false
	for i := range x.Parts {
		mixed = mixed || staticType(x.Parts[i].Val) != staticType(x.Parts[0].Val)
	}
	value := func(q Printer, v *X) string {
		if mixed && staticType(v) != "dyn" {
			return "dyn(" + q.cel(v, 0) + ")"
		}
		return q.cel(v, 0)
	}
	var terms, run []string
	flush := func() {
		if len(run) > 0 {
			terms = append(terms, "["+strings.Join(run, ", ")+"]")
			run = nil
		}
	}
	for _, part := range x.Parts {
		if len(part.Clauses) == 0 {
			run = append(run, value(p, part.Val))
			continue
		}
		flush()
		terms = append(terms, p.clauses(part.Clauses, func(q Printer) string { return value(q, part.Val) }))
	}
	flush()
	switch len(terms) {
	case 0:
		return "[]"
	case 1:
		return terms[0]
	}
	return paren(precAdd, context, strings.Join(terms, " + "))
}

// clauses prints the list that clauses around one element make.
func (p Printer) clauses(cls []Clause, element func(Printer) string) string {
	if len(cls) == 0 {
		return "[" + element(p) + "]"
	}
	c := cls[0]
	if c.Src == nil {
		return "(" + p.cel(c.Cond, precOr) + " ? " + p.clauses(cls[1:], element) + " : [])"
	}
	src := p.cel(c.Src, precPostfix)
	if c.Src.Op == OpList || c.Src.Op == OpBin || c.Src.Op == OpCond {
		src = "(" + p.cel(c.Src, 0) + ")"
	}
	q, name := p.Bind(c.Var)
	switch {
	case len(cls) == 1:
		return src + ".map(" + name + ", " + element(q) + ")"
	case len(cls) == 2 && cls[1].Src == nil:
		return src + ".map(" + name + ", " + q.cel(cls[1].Cond, 0) + ", " + element(q) + ")"
	}
	return "flatten(" + src + ".map(" + name + ", " + q.clauses(cls[1:], element) + "))"
}

// object prints obj(["k", v]), or unifyAll([...]) of such objects, maps and comprehensions.
func (p Printer) object(x *X) string {
	var terms, run []string
	flush := func() {
		if len(run) > 0 {
			terms = append(terms, "obj(["+strings.Join(run, ", ")+"])")
			run = nil
		}
	}
	for _, part := range x.Parts {
		if len(part.Clauses) == 0 && part.Key != nil {
			run = append(run, p.cel(part.Key, 0), p.cel(part.Val, 0))
			continue
		}
		flush()
		one := func(q Printer) string {
			if part.Key == nil {
				return q.cel(part.Val, 0)
			}
			return "obj([" + q.cel(part.Key, 0) + ", " + q.cel(part.Val, 0) + "])"
		}
		if len(part.Clauses) == 0 {
			terms = append(terms, one(p))
			continue
		}
		terms = append(terms, "unifyAll("+p.clauses(part.Clauses, one)+")")
	}
	flush()
	switch len(terms) {
	case 0:
		return "obj([])"
	case 1:
		return terms[0]
	}
	return "unifyAll([" + strings.Join(terms, ", ") + "])"
}

// staticType is the type that CEL's checker gives to the printed form of x, "dyn" for all that it does not know.
func staticType(x *X) string {
	switch x.Op {
	case OpLit:
		return literalType(x.Type)
	case OpHas, OpUn:
		return staticOf(x.Type)
	case OpBin:
		if x.Type.Kind == Bool || staticType(x.Args[0]) != "dyn" || staticType(x.Args[1]) != "dyn" {
			return staticOf(x.Type)
		}
	case OpCall:
		switch x.Name {
		case "unify", "unifyAll", "obj", "check", "fail":
			return "dyn"
		}
		return staticOf(x.Type)
	case OpCond:
		if t := staticType(x.Args[1]); t == staticType(x.Args[2]) {
			return t
		}
	case OpList:
		elem := ""
		for i := range x.Parts {
			t := staticType(x.Parts[i].Val)
			if i > 0 && t != elem {
				t = "dyn"
			}
			elem = t
		}
		return "list(" + elem + ")"
	default: // variables and what is selected from them
	}
	return "dyn"
}

func staticOf(t *Type) string {
	if t.Kind <= Any || t.Kind >= List {
		return t.Kind.String()
	}
	return literalType(t)
}

func literalType(t *Type) string {
	switch t.Kind {
	case Num:
		return "double"
	case List:
		return "list(" + literalType(t.Elem) + ")"
	case Map, Struct:
		return "dyn" // printed as a call of obj
	case Any:
		return "dyn"
	default:
		return t.Kind.String()
	}
}

// isIdent says whether a name is an identifier of CEL and none of its words.
func isIdent(s string) bool {
	switch s {
	case "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace",
		"return", "var", "void", "while":
		return false
	}
	return isSelector(s)
}

// isSelector says whether a name can stand after a dot, where CEL allows reserved words.
func isSelector(s string) bool {
	for i, r := range s {
		if !(r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || i > 0 && r >= '0' && r <= '9') {
			return false
		}
	}
	return s != "" && s != "true" && s != "false" && s != "null" && s != "in"
}
