package expr

import "cuelang.org/go/cue/token"

// Op is what a node of the tree does.
type Op int

// The operations. The comments show what prints as what.
const (
	OpLit  Op = iota // a constant: Lit
	OpVar            // params, l (a loop variable): Name
	OpSel            // x.name
	OpIdx            // x[i]
	OpHas            // has(x.name)
	OpCall           // name(args...)
	OpBin            // x name y
	OpUn             // name x
	OpCond           // x ? y : z
	OpList           // [x, if c {y}, for v in l {z}]: Parts
	OpObj            // {k: x, if c {(k): y}, for v in l {(k): z}, m}: Parts
	OpFail           // fail(name)
)

// X is an expression.
type X struct {
	Op    Op
	Type  *Type
	Lit   any    // of OpLit: nil, bool, string, ByteString, json.Number, []any or *Object
	Name  string // the variable, field, function, operator or message
	Args  []*X
	Parts []Part // of OpList and OpObj
	Pos   token.Pos

	Default bool // the value may be the default of what it was read from
}

// Part is a piece of a list or an object.
type Part struct {
	Clauses []Clause
	Key     *X // of a field; nil if Val is a map whose fields are meant
	Val     *X
}

// Clause is a condition or a loop around a part.
type Clause struct {
	Cond *X     // if
	Var  string // for Var in Src
	Src  *X
}

// IsLit says whether x is a constant.
func (x *X) IsLit() bool { return x.Op == OpLit }

// IsTrue says whether x is the constant true.
func (x *X) IsTrue() bool { return x.Op == OpLit && x.Lit == true }

// IsFalse says whether x is the constant false.
func (x *X) IsFalse() bool { return x.Op == OpLit && x.Lit == false }

// Walk calls f for x and everything in it.
func (x *X) Walk(f func(*X)) {
	if x == nil {
		return
	}
	f(x)
	for _, a := range x.Args {
		a.Walk(f)
	}
	for _, p := range x.Parts {
		for _, c := range p.Clauses {
			c.Cond.Walk(f)
			c.Src.Walk(f)
		}
		p.Key.Walk(f)
		p.Val.Walk(f)
	}
}

// Vars returns the names of the variables that x mentions.
func (x *X) Vars() map[string]bool {
	out := map[string]bool{}
	x.Walk(func(y *X) {
		if y.Op == OpVar {
			out[y.Name] = true
		}
	})
	return out
}

// Var is a variable.
func Var(name string, t *Type) *X { return &X{Op: OpVar, Name: name, Type: t} }

// Sel is a field of x.
func Sel(x *X, name string, t *Type) *X { return &X{Op: OpSel, Name: name, Args: []*X{x}, Type: t} }

// Idx is an element of x.
func Idx(x, i *X, t *Type) *X { return &X{Op: OpIdx, Args: []*X{x, i}, Type: t} }

// Has says whether x has a field.
func Has(x *X, name string) *X { return &X{Op: OpHas, Name: name, Args: []*X{x}, Type: TBool} }

// Call calls a function of the run time.
func Call(name string, t *Type, args ...*X) *X {
	return &X{Op: OpCall, Name: name, Type: t, Args: args}
}

// Fail is an expression without a value: evaluating it is an error.
func Fail(msg string, pos token.Pos) *X { return &X{Op: OpFail, Type: TAny, Name: msg, Pos: pos} }

// Atomic says whether x is so small that sharing it is not worth a name.
func (x *X) Atomic() bool {
	switch x.Op {
	case OpLit, OpVar:
		return true
	case OpSel, OpHas:
		return x.Args[0].Atomic()
	case OpIdx:
		return x.Args[0].Atomic() && x.Args[1].IsLit()
	case OpBin:
		return x.Name == "+" && x.Type.Kind == String && len(x.CEL()) < 60
	default:
		return false
	}
}

// Member returns the value of a field if x is a constant or an object that has it without condition, else nil.
func (x *X) Member(name string) *X {
	if o, ok := x.Lit.(*Object); ok {
		if v, ok := o.Vals[name]; ok {
			return Lit(v)
		}
	}
	if x.Op != OpObj {
		return nil
	}
	var out *X
	for _, p := range x.Parts {
		if p.Key == nil || !p.Key.IsLit() {
			return nil // may contribute to the same field
		}
		if p.Key.Lit == name && len(p.Clauses) == 0 {
			out = p.Val
		}
	}
	return out
}

// Elements are the elements of a list or the fields of a struct, constant or not.
func (x *X) Elements() []Part {
	if !x.IsLit() {
		return x.Parts
	}
	var out []Part
	switch v := x.Lit.(type) {
	case []any:
		for _, e := range v {
			out = append(out, Part{Val: Lit(e)})
		}
	case *Object:
		for _, k := range v.Keys {
			out = append(out, Part{Key: Lit(k), Val: Lit(v.Vals[k])})
		}
	}
	return out
}
