// Package check reports what CUE cannot say about a framework, or not well. It looks at the declarations as the author wrote
// them: names that are misspelt, tasks that no plan uses, attributes that nothing reads.
package check

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/diag"
	"github.com/kudoc/kudoc/internal/compile/source"
	"github.com/kudoc/kudoc/internal/render/spell"
)

// Framework is what is checked.
type Framework struct {
	Instance *build.Instance
	// Value is what CUE makes of it.
	Value cue.Value
	// Found is what CUE says about it.
	Found diag.Diagnostics
}

// Declared are the first declarations of what has a name.
type Declared struct{ Top, Plans, Tasks map[string]*ast.Field }

// Run checks the declarations of a framework. It returns all findings, those of CUE among them unless a better one is about
// the same.
func Run(f Framework) (Declared, diag.Diagnostics) {
	k := &checker{
		Framework: f, files: source.Files(source.Frameworks(f.Instance)), language: map[string][]string{},
		Declared: Declared{Top: map[string]*ast.Field{}, Plans: map[string]*ast.Field{}, Tasks: map[string]*ast.Field{}},
	}
	if len(k.files) == 0 {
		d := k.report(diag.NoFramework, f.Instance.Files[0].Pos(), "the package does not embed kudoc.#Framework")
		d.Hint = `import "kudoc.dev/kudoc" and write kudoc.#Framework at file level`
		return k.Declared, k.Found
	}
	k.readLanguage()
	k.topLevel()
	k.checkPlans()
	k.checkTasks()
	k.checkReferences()
	k.checkParams()
	k.checkObjects()
	k.withoutRepetition()
	return k.Declared, k.Found
}

// checker walks the declarations of the framework.
type checker struct {
	Framework
	Declared
	files    []*ast.File         // of the framework and of those that it extends
	language map[string][]string // the fields of each definition of the language
	params   []string
	uses     []taskUse
}

// report adds a finding at a position of the author's.
func (k *checker) report(code string, pos token.Pos, format string, args ...any) *diag.Diagnostic {
	d := diag.New(code, format, args...).At(pos)
	k.Found = append(k.Found, d)
	return d
}

// readLanguage lists the fields that the language knows.
func (k *checker) readLanguage() {
	for _, p := range source.Frameworks(k.Instance) {
		imp := p.LookupImport(source.Language)
		if imp == nil || len(k.language) > 0 {
			continue
		}
		language := cuecontext.New().BuildInstance(imp)
		for _, def := range []string{"#Framework", "#Plan", "#Phase", "#Step", "#Task"} {
			k.language[def] = fieldsOf(language.LookupPath(cue.ParsePath(def)))
		}
	}
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

// taskUse is the name of a task in a step or a requirement.
type taskUse struct {
	name, by string
	pos      token.Pos
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
			k.first(k.Top, name, f)
			switch name {
			case "plans":
				fieldsIn(f.Value, func(n string, g *ast.Field) { k.first(k.Plans, n, g) })
			case "tasks":
				fieldsIn(f.Value, func(n string, g *ast.Field) { k.first(k.Tasks, n, g) })
			case "outputs":
				fieldsIn(f.Value, k.checkOutput)
			case "params":
				fieldsIn(f.Value, func(n string, _ *ast.Field) { k.params = append(k.params, n) })
			}
			if !slices.Contains(names, name) {
				d := k.report(diag.UnknownTopLevel, f.Pos(), "unknown field %q at file level", name).Meant(spell.Nearest(name, names))
				switch {
				case name == "tests":
					d.Hint = "tests stand in a file of their own, " + strings.TrimSuffix(filepath.Base(f.Pos().Filename()), ".cue") + "_test.cue"
				case d.Hint == "":
					d.Hint = "hide it (_" + name + ") if other fields only need it"
				}
			}
		})
	}
	for _, name := range []string{"name", "version"} {
		if !k.Value.LookupPath(cue.ParsePath(name)).Exists() && !k.declares(name) {
			k.report(diag.Missing, source.Embedding(k.Instance), "the framework has no %s", name)
		}
	}
}

// outputName is #ParamName of the language.
var outputName = regexp.MustCompile("^[a-zA-Z][a-zA-Z0-9_]*$")

func (k *checker) checkOutput(name string, f *ast.Field) {
	if !outputName.MatchString(name) {
		k.report(diag.WrongValue, f.Pos(), "output %q: a name consists of letters, digits and _", name)
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

// withoutRepetition drops what CUE says about a field that has been reported in the words of the language.
func (k *checker) withoutRepetition() {
	type place struct {
		file      string
		line, col int
	}
	own := map[place]bool{}
	for _, d := range k.Found {
		if strings.HasPrefix(d.Code, "KD1") || strings.HasPrefix(d.Code, "KD2") || strings.Contains(d.Message, "has no field") {
			own[place{d.File, d.Line, d.Column}] = true
		}
	}
	k.Found = slices.DeleteFunc(k.Found, func(d *diag.Diagnostic) bool {
		cueSays := strings.HasPrefix(d.Code, "KD0") && !strings.Contains(d.Message, "has no field")
		return cueSays && own[place{d.File, d.Line, d.Column}]
	})
}
