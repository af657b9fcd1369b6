package compile

import (
	"slices"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/diag"
	"github.com/kudoc/kudoc/internal/compile/source"
	"github.com/kudoc/kudoc/internal/render/spell"
)

// check reports what CUE cannot say, or not well: it looks at the declarations as the author wrote them.
func (c *compilation) check() {
	k := &checker{compilation: c, language: map[string][]string{}, plans: map[string]*ast.Field{}, tasks: map[string]*ast.Field{}}
	c.topFields, c.planFields, c.taskFields = map[string]*ast.Field{}, k.plans, k.tasks
	packages := source.Frameworks(c.inst)
	if len(packages) == 0 {
		d := c.report(diag.NoFramework, c.inst.Files[0].Pos(), "the package does not embed kudoc.#Framework")
		d.Hint = `import "kudoc.dev/kudoc" and write kudoc.#Framework at file level`
		return
	}
	k.files = source.Files(packages)
	for _, p := range packages {
		if imp := p.LookupImport(source.Language); imp != nil && len(k.language) == 0 {
			language := cuecontext.New().BuildInstance(imp)
			for _, def := range []string{"#Framework", "#Plan", "#Phase", "#Step", "#Task"} {
				k.language[def] = fieldsOf(language.LookupPath(cue.ParsePath(def)))
			}
		}
	}
	k.topLevel()
	k.checkPlans()
	k.checkTasks()
	k.checkReferences()
	k.checkParams()
	c.withoutRepetition()
}

// checker walks the declarations of the framework.
type checker struct {
	*compilation
	files    []*ast.File           // of the framework and of those that it extends
	language map[string][]string   // the fields of each definition of the language
	plans    map[string]*ast.Field // first declarations, by name
	tasks    map[string]*ast.Field
	params   []string
	uses     []taskUse
}

// taskUse is the name of a task in a step.
type taskUse struct {
	name, step string
	pos        token.Pos
}

// fieldsOf lists the fields of a definition of the language.
func fieldsOf(def cue.Value) []string {
	it, err := def.Fields(cue.Optional(true))
	if err != nil {
		return nil
	}
	var out []string
	for it.Next() {
		if sel := it.Selector(); sel.IsString() {
			out = append(out, sel.Unquoted())
		}
	}
	return out
}

// labelName is the name of a label, or "".
func labelName(l ast.Node) string {
	if a, ok := l.(*ast.Alias); ok {
		l = a.Expr
	}
	label, ok := l.(ast.Label)
	if !ok {
		return ""
	}
	name, _, err := ast.LabelName(label)
	if err != nil {
		return ""
	}
	return name
}

// fields calls f for each regular field with a name in declarations, and in the literals that an expression unifies.
func fields(decls []ast.Decl, f func(name string, field *ast.Field)) {
	for _, d := range decls {
		switch d := d.(type) {
		case *ast.Field:
			if name := labelName(d.Label); name != "" && !strings.HasPrefix(name, "_") && !strings.HasPrefix(name, "#") {
				f(name, d)
			}
		case *ast.Comprehension:
			if s, ok := d.Value.(*ast.StructLit); ok {
				fields(s.Elts, f)
			}
			if d.Fallback != nil {
				fields(d.Fallback.Body.Elts, f)
			}
		}
	}
}

// fieldsIn is fields for the struct literals of an expression.
func fieldsIn(x ast.Expr, f func(name string, field *ast.Field)) {
	switch x := x.(type) {
	case *ast.StructLit:
		fields(x.Elts, f)
	case *ast.ParenExpr:
		fieldsIn(x.X, f)
	case *ast.Alias:
		fieldsIn(x.Expr, f)
	case *ast.BinaryExpr:
		if x.Op == token.AND {
			fieldsIn(x.X, f)
			fieldsIn(x.Y, f)
		}
	}
}

// elementsIn calls f for each element of the list literals of an expression.
func elementsIn(x ast.Expr, f func(el ast.Expr)) {
	switch x := x.(type) {
	case *ast.ListLit:
		for _, el := range x.Elts {
			f(el)
		}
	case *ast.ParenExpr:
		elementsIn(x.X, f)
	case *ast.BinaryExpr:
		elementsIn(x.X, f)
		elementsIn(x.Y, f)
	}
}

// known reports a field that a definition of the language does not have.
func (k *checker) known(def, what, name string, f *ast.Field) bool {
	names := k.language[def]
	if len(names) == 0 || slices.Contains(names, name) {
		return true
	}
	k.report(diag.UnknownField, f.Pos(), "%s has no field %q", what, name).Meant(spell.Nearest(name, names))
	return false
}

// topLevel collects the declarations at file level, and reports those that the language does not know.
func (k *checker) topLevel() {
	names := k.language["#Framework"]
	for _, file := range k.files {
		fields(file.Decls, func(name string, f *ast.Field) {
			k.first(k.topFields, name, f)
			switch name {
			case "plans":
				fieldsIn(f.Value, func(n string, g *ast.Field) { k.first(k.plans, n, g) })
			case "tasks":
				fieldsIn(f.Value, func(n string, g *ast.Field) { k.first(k.tasks, n, g) })
			case "params":
				fieldsIn(f.Value, func(n string, _ *ast.Field) { k.params = append(k.params, n) })
			}
			if !slices.Contains(names, name) {
				d := k.report(diag.UnknownTopLevel, f.Pos(), "unknown field %q at file level", name).Meant(spell.Nearest(name, names))
				if d.Hint == "" {
					d.Hint = "hide it (_" + name + ") if other fields only need it"
				}
			}
		})
	}
	for _, name := range []string{"name", "version"} {
		if !k.value.LookupPath(cue.ParsePath(name)).Exists() && !k.declares(name) {
			k.report(diag.Missing, k.embedding(), "the framework has no %s", name)
		}
	}
}

// declares says whether there is a declaration at file level; what is wrong in it has been reported.
func (k *checker) declares(name string) bool {
	found := false
	for _, file := range k.files {
		fields(file.Decls, func(n string, _ *ast.Field) { found = found || n == name })
	}
	return found
}

func (k *checker) first(m map[string]*ast.Field, name string, f *ast.Field) {
	if m[name] == nil {
		m[name] = f
	}
}

// embedding is where kudoc.#Framework is embedded: the place of what is missing.
func (c *compilation) embedding() token.Pos {
	for _, f := range c.inst.Files {
		for _, d := range f.Decls {
			if e, ok := d.(*ast.EmbedDecl); ok {
				return e.Pos()
			}
		}
	}
	return token.NoPos
}

// withoutRepetition drops what CUE says about a field that has been reported in the words of the language.
func (c *compilation) withoutRepetition() {
	type place struct {
		file      string
		line, col int
	}
	own := map[place]bool{}
	for _, d := range c.diags {
		if strings.HasPrefix(d.Code, "KD1") || strings.HasPrefix(d.Code, "KD2") || strings.Contains(d.Message, "has no field") {
			own[place{d.File, d.Line, d.Column}] = true
		}
	}
	c.diags = slices.DeleteFunc(c.diags, func(d *diag.Diagnostic) bool {
		cueSays := strings.HasPrefix(d.Code, "KD0") && !strings.Contains(d.Message, "has no field")
		return cueSays && own[place{d.File, d.Line, d.Column}]
	})
}
