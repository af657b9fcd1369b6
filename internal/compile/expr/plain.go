package expr

import (
	"encoding/json"
	"strconv"
	"strings"
)

// Leaf replaces what an expression reads: a variable, a field or has of one. It reports false for what is none of its
// business, and nil for what cannot be read.
type Leaf func(*X) (*X, bool)

// Plain is a copy of x for CEL as Kubernetes has it, without kudoc's functions. It is nil if there is none that means
// exactly the same. Print it with a plain Printer.
func Plain(x *X, leaf Leaf) *X {
	p := plainer{leaf: leaf}
	out := p.plain(x)
	if p.failed {
		return nil
	}
	return out
}

type plainer struct {
	leaf   Leaf
	failed bool
}

func (p *plainer) fail(x *X) *X {
	p.failed = true
	return x
}

func (p *plainer) plain(x *X) *X {
	if y, ok := p.leaf(x); ok {
		if y == nil {
			return p.fail(x)
		}
		return y
	}
	out := *x
	out.Args = make([]*X, len(x.Args))
	for i, a := range x.Args {
		out.Args[i] = p.plain(a)
	}
	switch x.Op {
	case OpLit:
		if !plainConstant(x.Lit) {
			return p.fail(x)
		}
	case OpBin:
		if x.Name == "==" || x.Name == "!=" {
			return sameType(&out)
		}
	case OpCall:
		if y := plainCall(&out); y != nil {
			return y
		}
		return p.fail(x)
	case OpList:
		return p.list(x)
	case OpObj, OpFail:
		return p.fail(x)
	default: // means the same everywhere
	}
	return &out
}

func (p *plainer) list(x *X) *X {
	out := *x
	out.Parts = nil
	for _, part := range x.Parts {
		if len(part.Clauses) > 2 || len(part.Clauses) == 2 && (part.Clauses[0].Src == nil || part.Clauses[1].Src != nil) {
			return p.fail(x) // more loops need flatten
		}
		q := Part{Val: p.plain(part.Val)}
		for _, c := range part.Clauses {
			d := Clause{Var: c.Var}
			if c.Cond != nil {
				d.Cond = p.plain(c.Cond)
			}
			if c.Src != nil {
				d.Src = p.plain(c.Src)
			}
			q.Clauses = append(q.Clauses, d)
		}
		out.Parts = append(out.Parts, q)
	}
	return &out
}

// sameType hides the type of an operand where CEL's checker wants both to have one.
func sameType(x *X) *X {
	if a, b := staticType(x.Args[0]), staticType(x.Args[1]); a != b && a != "dyn" && b != "dyn" {
		x.Args[0] = Dyn(x.Args[0])
	}
	return x
}

// Dyn hides the type of x from CEL's checker.
func Dyn(x *X) *X { return Call("dyn", x.Type, x) }

func binary(op string, t *Type, a, b *X) *X {
	return &X{Op: OpBin, Name: op, Type: t, Args: []*X{a, b}}
}

// isA asks for the type that CEL gives to a value.
func isA(x *X, celType string) *X {
	return binary("==", TBool, Call("type", TAny, x), Var(celType, TAny))
}

// plainCall is a call by standard means, or nil. The arguments are plain.
func plainCall(x *X) *X {
	a := x.Args
	switch x.Name {
	case "matches", "dyn":
		return x
	case "string":
		return x
	case "str":
		if k := a[0].Type.Kind; k == String || k == Int || k == Bool {
			return Call("string", TString, a[0])
		}
	case "len":
		switch a[0].Type.Kind {
		case String: // in bytes
			return Call("size", TInt, Call("bytes", TBytes, a[0]))
		case List, Map, Struct:
			return Call("size", TInt, a[0])
		default:
		}
	case "eq":
		return binary("==", TBool, Dyn(a[0]), Dyn(a[1]))
	case "strings.HasPrefix":
		return Call(".startsWith", TBool, a...)
	case "strings.HasSuffix":
		return Call(".endsWith", TBool, a...)
	case "strings.Contains":
		return Call(".contains", TBool, a...)
	case "strings.MinRunes", "list.MinItems":
		return binary(">=", TBool, Call("size", TInt, a[0]), a[1])
	case "strings.MaxRunes", "list.MaxItems":
		return binary("<=", TBool, Call("size", TInt, a[0]), a[1])
	case "list.Contains":
		return binary("in", TBool, Dyn(a[1]), a[0])
	case "div", "mod", "quo", "rem":
		return plainDivision(x)
	}
	return plainTypeTest(x)
}

// plainDivision divides by a positive constant. CEL's own division is truncated.
func plainDivision(x *X) *X {
	a, b := x.Args[0], x.Args[1]
	if v, ok := b.Int(); !ok || v <= 0 {
		return nil
	}
	quo, rem := binary("/", TInt, a, b), binary("%", TInt, a, b)
	lo, _ := Bounds(a)
	natural := lo != nil && *lo >= 0
	switch {
	case x.Name == "quo" || x.Name == "div" && natural:
		return quo
	case x.Name == "rem" || x.Name == "mod" && natural:
		return rem
	case x.Name == "mod":
		return binary("%", TInt, binary("+", TInt, rem, b), b)
	}
	return If(Compare("<", &X{Op: OpBin, Name: "%", Type: &Type{Kind: Int}, Args: rem.Args}, LitInt(0)), binary("-", TInt, quo, LitInt(1)), quo)
}

// plainTypeTest is is_int(x) and the like. A number is an integer if it has such a value, however it is spelled.
func plainTypeTest(x *X) *X {
	if !strings.HasPrefix(x.Name, "is_") {
		return nil
	}
	a := x.Args[0]
	whole := func(op string) *X {
		return And(isA(a, "double"), binary(op, TBool, Call("double", TNum, Call("int", TInt, a)), a))
	}
	switch x.Name {
	case "is_string", "is_bool", "is_list":
		return isA(a, strings.TrimPrefix(x.Name, "is_"))
	case "is_struct":
		return isA(a, "map")
	case "is_number":
		return Or(isA(a, "int"), isA(a, "double"))
	case "is_int":
		return Or(isA(a, "int"), whole("=="))
	case "is_float":
		return whole("!=")
	case "is_bytes":
		return Lit(false)
	}
	return nil
}

// Total says whether evaluating a plain x cannot fail, for a value of its type: no arithmetic, no look-ups.
func Total(x *X) bool {
	total := true
	x.Walk(func(y *X) {
		switch y.Op {
		case OpLit, OpVar, OpHas, OpUn:
			total = total && (y.Op != OpUn || y.Name == "!")
		case OpBin:
			total = total && precedence[y.Name] <= precCompare
		case OpCall:
			total = total && (y.Name == "matches" || y.Name == "size" || y.Name == "bytes" || y.Name == "dyn" || y.Name == "type" || strings.HasPrefix(y.Name, "."))
		default:
			total = false
		}
	})
	return total
}

// plainConstant says whether a constant has a spelling in plain CEL.
func plainConstant(v any) bool {
	switch v := v.(type) {
	case ByteString:
		return false
	case json.Number:
		if strings.ContainsAny(v.String(), ".eE") {
			return true
		}
		_, err := v.Int64()
		return err == nil
	case []any:
		for _, e := range v {
			if !plainConstant(e) {
				return false
			}
		}
	case *Object:
		for _, k := range v.Keys {
			if !plainConstant(v.Vals[k]) {
				return false
			}
		}
	}
	return true
}

// literal spells a constant.
func (p Printer) literal(v any) string {
	if !p.Plain {
		return CELLiteral(v)
	}
	switch v := v.(type) {
	case []any:
		return "[" + strings.Join(p.alike(v), ", ") + "]"
	case *Object:
		vals := make([]any, len(v.Keys))
		for i, k := range v.Keys {
			vals[i] = v.Vals[k]
		}
		parts := p.alike(vals)
		for i, k := range v.Keys {
			parts[i] = strconv.Quote(k) + ": " + parts[i]
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return CELLiteral(v)
}

// alike spells constants of one collection, of which API servers want all to have one type.
func (p Printer) alike(vs []any) []string {
	mixed := false
	for i := range vs {
		k := typeOf(vs[i]).Kind
		mixed = mixed || k >= List || k != typeOf(vs[0]).Kind
	}
	out := make([]string, len(vs))
	for i, v := range vs {
		if out[i] = p.literal(v); mixed {
			out[i] = "dyn(" + out[i] + ")"
		}
	}
	return out
}
