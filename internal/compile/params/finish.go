package params

import (
	"encoding/json"
	"strings"

	"cuelang.org/go/cue/ast"

	"github.com/kudoc/kudoc/internal/compile/eval"
	"github.com/kudoc/kudoc/internal/compile/eval/descent"
	"github.com/kudoc/kudoc/internal/compile/eval/syntax"
	"github.com/kudoc/kudoc/internal/compile/expr"
	"github.com/kudoc/kudoc/internal/render/parameter"
)

// Finish compiles defaults and constraints. All inputs must be bound.
func Finish(ev *eval.Evaluator, p *Param) *descent.Error {
	return ev.Try(func() { declarer{ev}.finish(p) })
}

func (d declarer) finish(p *Param) {
	d.Locate(p, func() {
		var dflt *expr.X
		if p.dflt != nil {
			dflt = d.Compile(p.dflt.Expr, p.dflt.Scope)
			d.setDefault(p, dflt)
		}
		// the check must not assume the bounds that it is there to establish
		t := *p.Type
		t.Lo, t.Hi, t.Values = nil, nil, nil
		self := expr.Var("self", &t)
		var check *expr.X
		for _, c := range p.constraints {
			holds, _ := d.Constraint(c.Expr, c.Scope, self)
			check = expr.And(check, holds)
		}
		if check != nil && !check.IsTrue() {
			if dflt != nil && !d.admitsDefault(p, dflt) {
				check = expr.Or(check, expr.Equal(self, dflt))
			}
			p.check, p.Schema.Want = check, d.want(p)
		}
		if p.keys != nil {
			p.keyCheck, _ = d.Constraint(p.keys.Expr, p.keys.Scope, expr.Var("self", expr.TString))
		}
	})
	for _, f := range p.fields {
		d.finish(f)
	}
	if p.elem != nil {
		d.finish(p.elem)
	}
}

func (d declarer) setDefault(p *Param, dflt *expr.X) {
	if !dflt.IsLit() {
		p.computed = dflt
		return
	}
	if dflt.Lit == nil {
		d.Refuse(*p.dflt, "make the parameter optional: name?: type", "null is not a value of a parameter: Kubernetes drops it")
	}
	if of, want := dflt.Type.Kind.String(), p.Schema.Type; !admitsKind(want, of) {
		d.Refuse(*p.dflt, "write a default of the type, or another type", "the default of a parameter must be of its type, %s, and not %s", want, of)
	}
	b, err := json.Marshal(dflt.Lit)
	if err != nil {
		d.Fail(*p.dflt, "%v", err)
	}
	p.Schema.Default = b
}

// admitsKind says whether a value of one kind may be one of another, of which only those of scalars are told apart.
func admitsKind(want, of string) bool {
	switch want {
	case "int", "string", "bool":
		return of == want
	case "number":
		return of == "int" || of == "number"
	}
	return true
}

// Print writes the expressions into the schema. They stand alone, here and there: shared expressions exist in templates only.
func (p *Param) Print(locals map[string]*expr.X) {
	for _, x := range []struct {
		from **expr.X
		to   *string
	}{{&p.computed, &p.Schema.DefaultExpr}, {&p.check, &p.Schema.Check}, {&p.keyCheck, &p.Schema.Keys}} {
		if *x.from != nil {
			*x.from = expr.Expand(*x.from, locals)
			*x.to = expr.Printer{}.Print(*x.from)
		}
	}
	for _, f := range p.fields {
		f.Print(locals)
		p.Schema.Fields = append(p.Schema.Fields, parameter.Field{Name: f.Name, Description: f.Description, Optional: f.Optional, Schema: *f.Schema})
	}
	if p.elem != nil {
		p.elem.Print(locals)
	}
}

// admitsDefault says whether the constraints accept a constant default anyhow.
func (d declarer) admitsDefault(p *Param, dflt *expr.X) bool {
	if !dflt.IsLit() {
		return false
	}
	for _, c := range p.constraints {
		if admits, _ := d.Admits(c.Expr, c.Scope, dflt); !admits {
			return false
		}
	}
	return true
}

// want is the constraint for people, without the type, about which there is an error of its own.
func (d declarer) want(p *Param) string {
	var parts []string
	for _, c := range p.constraints {
		for _, x := range syntax.Conjuncts(c.Expr) {
			if id, ok := x.(*ast.Ident); ok && id.Name == p.Schema.Type {
				continue
			}
			parts = append(parts, d.wantOne(x))
		}
	}
	return strings.Join(parts, " & ")
}

func (d declarer) wantOne(x ast.Expr) string {
	options := syntax.Disjuncts(x)
	if len(options) == 1 {
		return syntax.Format(x)
	}
	names, literals := make([]string, len(options)), true
	for i, o := range options {
		_, isLit := o.(*ast.BasicLit)
		literals = literals && isLit
		names[i] = syntax.Format(o)
	}
	if literals {
		return "one of " + strings.Join(names, ", ")
	}
	return strings.Join(names, " or ")
}
