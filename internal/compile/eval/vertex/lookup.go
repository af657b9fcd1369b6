package vertex

import (
	"strings"

	"cuelang.org/go/cue/ast"
)

// What a reference can resolve to, beside *Vertex and *expr.X.
type (
	BuiltinType     string // int, string, ...
	BuiltinPackage  string // an import of CUE's standard library
	BuiltinFunction struct{ Package, Name string }
)

func (f BuiltinFunction) String() string { return f.Package + "." + f.Name }

var builtinTypes = map[string]bool{
	"string": true, "bytes": true, "bool": true, "int": true, "float": true, "number": true, "null": true, "true": true,
	"false": true, "uint": true, "int8": true, "int16": true, "int32": true, "int64": true, "uint8": true, "uint16": true,
	"uint32": true, "uint64": true, "float32": true, "float64": true, "rune": true,
}

// Lookup finds what a name means: a *Vertex or something builtin. It looks from the innermost scope to the outermost.
func (g *Graph) Lookup(id *ast.Ident, sc *Scope) any {
	for s := sc; s != nil; s = s.up {
		if v := s.vars[id.Name]; v != nil {
			return v
		}
		if s.names != nil {
			if v := g.lookupField(id, s); v != nil {
				return v
			}
		}
		if s.file == nil {
			continue
		}
		if path, ok := s.file.imports[id.Name]; ok {
			if imp := s.file.inst.LookupImport(path); imp != nil {
				return g.Package(imp)
			}
			return BuiltinPackage(path)
		}
	}
	name := strings.TrimPrefix(id.Name, "__")
	if builtinTypes[name] {
		return BuiltinType(name)
	}
	if name == "self" {
		g.Refuse(id, "name the struct: field~X: {...}", "self is not supported")
	}
	g.Fail(id, "reference %q not found", id.Name)
	return nil
}

// lookupField finds a name among those that a struct literal declares.
func (g *Graph) lookupField(id *ast.Ident, s *Scope) *Vertex {
	if l, ok := s.names.lets[id.Name]; ok {
		k := letKey{s, l}
		if g.lets[k] == nil {
			v := g.Anonymous(l.Expr, s)
			v.Label = id.Name
			g.lets[k] = v
		}
		return g.lets[k]
	}
	if d, ok := s.names.aliases[id.Name]; ok {
		l, computed := g.LabelOf(d.Label)
		if computed != nil {
			g.Refuse(id, "use the expression that computes the name", "an alias of a field with a computed name is not supported")
		}
		return s.v.mustLookup(l, id).Vertex
	}
	if s.names.fields[id.Name] {
		l, _ := g.LabelOf(id)
		return s.v.mustLookup(l, id).Vertex
	}
	return nil
}
