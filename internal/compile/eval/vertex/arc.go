package vertex

import (
	"strconv"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/literal"
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/eval/guard"
	"github.com/kudoc/kudoc/internal/compile/eval/syntax"
)

// LabelKind tells regular fields from those that are not part of the output.
type LabelKind int

// The kinds of labels.
const (
	Regular LabelKind = iota
	Hidden
	Definition
)

// Label is the name of a field.
type Label struct {
	Name string
	Kind LabelKind
}

func (l Label) String() string {
	if l.Kind == Regular && !ast.IsValidIdent(l.Name) {
		return strconv.Quote(l.Name)
	}
	return l.Name
}

// LabelOf returns the label of a field, or the expression that computes it.
func (g *Graph) LabelOf(l ast.Node) (Label, ast.Expr) {
	switch l := l.(type) {
	case *ast.Alias:
		return g.LabelOf(l.Expr)
	case *ast.Ident:
		switch {
		case strings.HasPrefix(l.Name, "#"), strings.HasPrefix(l.Name, "_#"):
			return Label{l.Name, Definition}, nil
		case strings.HasPrefix(l.Name, "_"):
			return Label{l.Name, Hidden}, nil
		}
		return Label{Name: l.Name}, nil
	case *ast.BasicLit:
		if l.Kind != token.STRING {
			return Label{Name: l.Value}, nil
		}
		s, err := literal.Unquote(l.Value)
		if err != nil {
			g.Fail(l, "%v", err)
		}
		return Label{Name: s}, nil
	case *ast.Interpolation:
		return Label{}, l
	case *ast.ParenExpr:
		return Label{}, l.X
	}
	g.Fail(l, "unsupported label %s", syntax.Describe(l))
	return Label{}, nil
}

// Arc is a field of a vertex.
type Arc struct {
	Label    Label
	Vertex   *Vertex
	Optional bool          // declared with ? or ! only, so far
	Required token.Pos     // of a declaration with !
	Present  []guard.Guard // the field exists if one of them holds
	Decls    []*ast.Field
}

// Presence returns the conditions, any of which makes the field exist, as far as pc leaves them open; nil if it exists in
// any case.
func (a *Arc) Presence(pc guard.Guard) []guard.Guard { return guard.Open(a.Present, pc) }
