package expr

import "slices"

// Kind is the kind of a value.
type Kind int

// The kinds. Any is a value about which nothing is known; Map has arbitrary keys and elements of one type, Struct known
// fields.
const (
	Any Kind = iota
	Int
	Num
	String
	Bool
	Null
	Bytes
	List
	Map
	Struct
)

var kindNames = [...]string{"any", "int", "number", "string", "bool", "null", "bytes", "list", "map", "struct"}

func (k Kind) String() string { return kindNames[k] }

// Numeric says whether a value of the kind is a number.
func (k Kind) Numeric() bool { return k == Int || k == Num }

// Type is what is known about a value. Types are never changed once they are shared.
type Type struct {
	Kind   Kind
	Elem   *Type    // of a List or a Map
	Fields []Field  // of a Struct
	Lo, Hi *int64   // bounds of an Int, where they are known
	Values []string // all that a String can be, sorted, where that is known
}

// Field is a field of a Struct.
type Field struct {
	Name     string
	Optional bool
	Type     *Type
}

// Field returns the field of that name, or nil.
func (t *Type) Field(name string) *Field {
	for i := range t.Fields {
		if t.Fields[i].Name == name {
			return &t.Fields[i]
		}
	}
	return nil
}

// The types of scalars.
var (
	TAny    = &Type{Kind: Any}
	TInt    = &Type{Kind: Int}
	TNum    = &Type{Kind: Num}
	TString = &Type{Kind: String}
	TBool   = &Type{Kind: Bool}
	TNull   = &Type{Kind: Null}
	TBytes  = &Type{Kind: Bytes}
)

// ListOf is the type of a list.
func ListOf(elem *Type) *Type { return &Type{Kind: List, Elem: elem} }

// MapOf is the type of a map from strings.
func MapOf(elem *Type) *Type { return &Type{Kind: Map, Elem: elem} }

// maxValues is how many strings are worth remembering of what a value can be.
const maxValues = 64

// OneOf is the type of a string that is one of those, if they are known to be all.
func OneOf(values []string, all bool) *Type {
	if !all || len(values) > maxValues {
		return TString
	}
	slices.Sort(values)
	return &Type{Kind: String, Values: slices.Compact(values)}
}

// Join is the most specific type that has all values of both; nil has none.
func Join(a, b *Type) *Type {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	case a.Kind == Int && b.Kind == Int:
		return joinRanges(a, b)
	case a.Kind == String && b.Kind == String:
		return OneOf(append(slices.Clone(a.Values), b.Values...), len(a.Values) > 0 && len(b.Values) > 0)
	case a.Kind.Numeric() && b.Kind.Numeric():
		return TNum
	case a.Kind != b.Kind:
		return TAny
	case a.Kind == Struct:
		return joinStructs(a, b)
	case a.Kind == List || a.Kind == Map:
		return &Type{Kind: a.Kind, Elem: joinElems(a.Elem, b.Elem)}
	}
	return a
}

func joinElems(a, b *Type) *Type {
	if t := Join(a, b); t != nil {
		return t
	}
	return TAny
}

func joinStructs(a, b *Type) *Type {
	out := &Type{Kind: Struct}
	for _, f := range a.Fields {
		g := b.Field(f.Name)
		if g == nil {
			f.Optional = true
		} else {
			f = Field{Name: f.Name, Optional: f.Optional || g.Optional, Type: Join(f.Type, g.Type)}
		}
		out.Fields = append(out.Fields, f)
	}
	for _, f := range b.Fields {
		if a.Field(f.Name) == nil {
			f.Optional = true
			out.Fields = append(out.Fields, f)
		}
	}
	return out
}
