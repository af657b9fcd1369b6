package check

import (
	"fmt"
	"maps"
	"slices"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/literal"
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/diag"
	"github.com/kudoc/kudoc/internal/compile/source"
	"github.com/kudoc/kudoc/internal/render/spell"
)

// checkPlans checks the names in plans: fields, tasks, and that names of phases and steps are used once.
func (k *checker) checkPlans() {
	if !k.Value.LookupPath(cue.ParsePath("plans.deploy.phases")).Exists() && k.Plans["deploy"] == nil {
		pos, names := source.Embedding(k.Instance), slices.Sorted(maps.Keys(k.Plans))
		if len(names) > 0 {
			pos = k.Plans[names[0]].Pos()
		}
		k.report(diag.NoDeploy, pos, "there is no plan %q", "deploy").Meant(spell.Nearest("deploy", names))
	}
	for _, file := range k.files {
		fields(file.Decls, func(name string, f *ast.Field) {
			switch name {
			case "plans":
				fieldsIn(f.Value, func(plan string, g *ast.Field) { k.checkPlan(plan, g.Value) })
			case "requires":
				fieldsIn(f.Value, func(requirement string, g *ast.Field) { k.checkChild(requirement, g.Value) })
			}
		})
	}
	k.usedByName()
	meant := map[string]bool{} // a task whose name is misspelt in a step is not left over
	for _, u := range k.uses {
		if k.Tasks[u.name] == nil {
			nearest := spell.Nearest(u.name, slices.Collect(maps.Keys(k.Tasks)))
			k.report(diag.NoTask, u.pos, "%s uses task %q: no such task", u.by, u.name).Meant(nearest)
			meant[nearest] = true
		}
	}
	if len(k.uses) == 0 {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(k.Tasks)) {
		if !meant[name] && !slices.ContainsFunc(k.uses, func(u taskUse) bool { return u.name == name }) {
			k.report(diag.UnusedTask, k.Tasks[name].Pos(), "task %q is not used by any plan", name)
		}
	}
}

// usedByName notes the tasks of steps that stand elsewhere, and that plans refer to.
func (k *checker) usedByName() {
	each := func(v cue.Value, field string, visit func(cue.Value)) {
		list, err := v.LookupPath(cue.ParsePath(field)).List()
		for err == nil && list.Next() { // what is no list, or depends on inputs, is for others to judge
			visit(list.Value())
		}
	}
	plans, err := k.Value.LookupPath(cue.ParsePath("plans")).Fields()
	for err == nil && plans.Next() {
		each(plans.Value(), "phases", func(phase cue.Value) {
			each(phase, "steps", func(step cue.Value) {
				name, _ := step.LookupPath(cue.ParsePath("name")).String() // which others check
				each(step, "tasks", func(task cue.Value) {
					s, err := task.String()
					known := slices.ContainsFunc(k.uses, func(u taskUse) bool { return u.name == s })
					if err == nil && !known {
						k.uses = append(k.uses, taskUse{name: s, by: fmt.Sprintf("step %q", name), pos: task.Pos()})
					}
				})
			})
		})
	}
}

// checkChild notes the task that is to meet a requirement.
func (k *checker) checkChild(requirement string, x ast.Expr) {
	fieldsIn(x, func(name string, f *ast.Field) {
		if s, ok := stringLiteral(f.Value); ok && name == "child" {
			k.uses = append(k.uses, taskUse{name: s, by: fmt.Sprintf("requirement %q", requirement), pos: f.Value.Pos()})
		}
	})
}

func (k *checker) checkPlan(plan string, x ast.Expr) {
	fieldsIn(x, func(name string, f *ast.Field) {
		if !k.known("#Plan", "plan \""+plan+"\"", name, f) || name != "phases" {
			return
		}
		names := k.unique("phase", "plan", plan)
		elementsIn(f.Value, func(el ast.Expr) {
			phase := names(el)
			k.checkPhase(phase, el)
		})
	})
}

func (k *checker) checkPhase(phase string, x ast.Expr) {
	fieldsIn(x, func(name string, f *ast.Field) {
		if !k.known("#Phase", "phase \""+phase+"\"", name, f) || name != "steps" {
			return
		}
		names := k.unique("step", "phase", phase)
		elementsIn(f.Value, func(el ast.Expr) {
			step := names(el)
			k.checkStep(step, el)
		})
	})
}

func (k *checker) checkStep(step string, x ast.Expr) {
	fieldsIn(x, func(name string, f *ast.Field) {
		if !k.known("#Step", "step \""+step+"\"", name, f) || name != "tasks" {
			return
		}
		elementsIn(f.Value, func(el ast.Expr) {
			if s, ok := stringLiteral(el); ok {
				k.uses = append(k.uses, taskUse{name: s, by: fmt.Sprintf("step %q", step), pos: el.Pos()})
			}
		})
	})
}

// unique returns a function that reads the name of a phase or step, and reports it if it was there before.
func (k *checker) unique(what, in, of string) func(ast.Expr) string {
	seen := map[string]token.Pos{}
	return func(x ast.Expr) (name string) {
		fieldsIn(x, func(n string, f *ast.Field) {
			s, ok := stringLiteral(f.Value)
			if n != "name" || !ok {
				return
			}
			name = s
			if first, twice := seen[s]; twice {
				k.report(diag.NameTwice, f.Value.Pos(), "%s %q occurs twice in %s %q", what, s, in, of).Relate(first, "first here")
				return
			}
			seen[s] = f.Value.Pos()
		})
		return name
	}
}

func stringLiteral(x ast.Expr) (string, bool) {
	l, ok := x.(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return "", false
	}
	s, err := literal.Unquote(l.Value)
	return s, err == nil
}

// checkTasks checks that every task says what it does, once.
func (k *checker) checkTasks() {
	does := map[string][]*ast.Field{}
	unclear := map[string]bool{} // made of references, about which CUE knows more
	for _, file := range k.files {
		fields(file.Decls, func(name string, f *ast.Field) {
			if name != "tasks" {
				return
			}
			fieldsIn(f.Value, func(task string, g *ast.Field) {
				if _, ok := g.Value.(*ast.StructLit); !ok {
					unclear[task] = true
				}
				fieldsIn(g.Value, func(n string, h *ast.Field) {
					if k.known("#Task", "task \""+task+"\"", n, h) && n != "ready" && !slices.ContainsFunc(does[task], func(o *ast.Field) bool { return labelName(o.Label) == n }) {
						does[task] = append(does[task], h)
					}
				})
			})
		})
	}
	for task, f := range k.Tasks {
		switch n := len(does[task]); {
		case n > 1:
			k.report(diag.TaskKind, does[task][1].Pos(), "task %q has both %s and %s", task, labelName(does[task][0].Label), labelName(does[task][1].Label)).Hint = "make it two tasks"
		case n == 0 && !unclear[task] && !k.hasErrorAt(f):
			k.report(diag.TaskKind, f.Pos(), "task %q has none of apply, run, delete, patch and wait", task)
		}
	}
}

// hasErrorAt says whether a field, or what is in it, has been reported already.
func (k *checker) hasErrorAt(f *ast.Field) bool {
	return slices.ContainsFunc(k.Found, func(d *diag.Diagnostic) bool {
		return d.Severity == diag.SeverityError && d.File == f.Pos().Filename() && d.Line >= f.Pos().Line() && d.Line <= f.End().Line()
	})
}
