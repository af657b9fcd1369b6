package expr

// Not negates a condition.
func Not(x *X) *X {
	switch {
	case x.IsLit():
		return Lit(x.Lit != true)
	case x.Op == OpUn && x.Name == "!":
		return x.Args[0]
	case x.Op == OpBin && x.Name == "==":
		return &X{Op: OpBin, Name: "!=", Type: TBool, Args: x.Args}
	case x.Op == OpBin && x.Name == "!=":
		return &X{Op: OpBin, Name: "==", Type: TBool, Args: x.Args}
	}
	return &X{Op: OpUn, Name: "!", Type: TBool, Args: []*X{x}}
}

// And is the conjunction of conditions; nil is true.
func And(a, b *X) *X {
	switch {
	case a == nil || a.IsTrue():
		return b
	case b == nil || b.IsTrue():
		return a
	case a.IsFalse():
		return a
	case b.IsFalse():
		return b
	}
	return &X{Op: OpBin, Name: "&&", Type: TBool, Args: []*X{a, b}}
}

// Or is the disjunction of conditions; nil is true.
func Or(a, b *X) *X {
	switch {
	case a == nil || b == nil:
		return nil
	case a.IsTrue() || b.IsFalse():
		return a
	case b.IsTrue() || a.IsFalse():
		return b
	}
	return &X{Op: OpBin, Name: "||", Type: TBool, Args: []*X{a, b}}
}

// If is a conditional expression.
func If(c, a, b *X) *X {
	if c.IsTrue() {
		return a
	}
	if c.IsFalse() {
		return b
	}
	t := Join(a.Type, b.Type)
	if a.Op == OpFail {
		t = b.Type
	} else if b.Op == OpFail {
		t = a.Type
	}
	return &X{Op: OpCond, Args: []*X{c, a, b}, Type: t}
}

// Compare is a comparison of two values of kinds that can be compared.
func Compare(op string, a, b *X) *X {
	if a.Type.Kind == Int && b.Type.Kind == Int {
		if v, ok := decide(op, a, b); ok {
			return Lit(v)
		}
	}
	return &X{Op: OpBin, Name: op, Type: TBool, Args: []*X{a, b}}
}

// Equal says whether two values are equal, whatever their types.
func Equal(a, b *X) *X {
	ka, kb := a.Type.Kind, b.Type.Kind
	switch {
	case ka == Any || kb == Any || ka >= List || kb >= List:
		if ka != Any && kb != Any && ka != kb && (ka < List || kb < List || ka == List || kb == List) {
			return Lit(false)
		}
		return Call("eq", TBool, a, b)
	case ka != kb && !(ka.Numeric() && kb.Numeric()):
		return Lit(false)
	}
	return &X{Op: OpBin, Name: "==", Type: TBool, Args: []*X{a, b}}
}

// Arithmetic is +, - or * on integers.
func Arithmetic(op string, a, b *X) *X {
	return &X{Op: OpBin, Name: op, Type: arithmeticType(op, a, b), Args: []*X{a, b}}
}

// Division is div, mod, quo or rem.
func Division(name string, a, b *X) *X { return Call(name, arithmeticType(name, a, b), a, b) }

// Negative is -x.
func Negative(x *X) *X {
	t := &Type{Kind: x.Type.Kind}
	if lo, hi := Bounds(x); x.Type.Kind == Int {
		if known(lo) {
			t.Hi = ptr(-*lo)
		}
		if known(hi) {
			t.Lo = ptr(-*hi)
		}
	}
	return &X{Op: OpUn, Name: "-", Type: t, Args: []*X{x}}
}

// Matches says whether a string matches a regular expression.
func Matches(x, re *X) *X { return Call("matches", TBool, x, re) }

// IsType asks for the type of a value of which it is not known: is_string(x).
func IsType(name string, x *X) *X { return Call("is_"+name, TBool, x) }

// Concat is the concatenation of strings, with constants joined.
func Concat(xs ...*X) *X {
	var parts []*X
	for _, x := range xs {
		for _, p := range x.Concatenated() {
			s, isConst := p.Lit.(string)
			n := len(parts)
			switch {
			case isConst && s == "":
			case isConst && n > 0 && parts[n-1].IsLit():
				parts[n-1] = Lit(parts[n-1].Lit.(string) + s)
			default:
				parts = append(parts, p)
			}
		}
	}
	if len(parts) == 0 {
		return Lit("")
	}
	out := parts[0]
	for _, p := range parts[1:] {
		out = &X{Op: OpBin, Name: "+", Type: TString, Args: []*X{out, p}}
	}
	return out
}

// Concatenated returns the strings of which x is the concatenation; x alone if it is none.
func (x *X) Concatenated() []*X {
	if x.Op == OpBin && x.Name == "+" && x.Type.Kind == String {
		return append(x.Args[0].Concatenated(), x.Args[1].Concatenated()...)
	}
	return []*X{x}
}

// Interpolated is a value as it stands in a string, or nil if its kind cannot.
func Interpolated(x *X) *X {
	switch x.Type.Kind {
	case String:
		return x
	case Int, Bool:
		if x.IsLit() {
			return Lit(CELLiteral(x.Lit))
		}
		return Call("string", TString, x)
	case Num, Any, Bytes:
		return Call("str", TString, x)
	default:
		return nil
	}
}
