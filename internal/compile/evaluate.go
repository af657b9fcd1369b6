package compile

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"cuelang.org/go/cue/ast"

	"github.com/Masterminds/semver/v3"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/compile/diag"
	"github.com/kudoc/kudoc/internal/compile/eval"
	"github.com/kudoc/kudoc/internal/compile/eval/syntax"
	"github.com/kudoc/kudoc/internal/compile/eval/vertex"
	"github.com/kudoc/kudoc/internal/compile/expr"
	"github.com/kudoc/kudoc/internal/compile/inputs"
	"github.com/kudoc/kudoc/internal/compile/params"
	"github.com/kudoc/kudoc/internal/compile/steps"
)

// evaluation is the run of the evaluator over the framework.
type evaluation struct {
	*compilation
	ev   *eval.Evaluator
	root *vertex.Vertex
}

// evaluate runs the symbolic evaluator. Inputs come first: everything else may refer to them.
func (c *compilation) evaluate() {
	inst := c.inst
	e := &evaluation{compilation: c, ev: eval.New(inst, append([]string{"params", "requires"}, inputs.Context...)...)}
	if err := e.ev.Begin(inst); err != nil {
		c.evalError(err)
		return
	}
	e.root = e.ev.Root
	if !e.declareInputs() {
		return
	}
	e.evalError(e.ev.Finish())
	e.evalError(e.ev.Try(e.evaluateAbout))
	e.evalError(e.ev.Try(e.evaluatePlans))
	e.evalError(e.ev.Try(e.evaluateTasks))
	e.evalError(e.ev.Try(e.evaluateOutputs))
	e.checkChildren()
	e.checkPlanParams()
	e.checkPrevious()
	e.checkObject()
	c.locals = e.ev.Locals
}

// declareInputs declares parameters and the context, and compiles defaults and constraints.
func (e *evaluation) declareInputs() bool {
	p, err := params.Declare(e.ev, e.field(e.root, "params").Vertex)
	if err != nil {
		e.evalError(err)
		return false
	}
	e.params = p
	e.evalError(params.Bind(e.ev, p, expr.Var("params", p.Type)))
	if !e.declarePlanParams() || !e.declareRequirements() || e.diags.HasErrors() {
		return false
	}
	e.evalError(e.ev.Try(e.bindContext))
	e.evalError(params.Finish(e.ev, p))
	e.checkSecrets()
	for _, pl := range e.plans {
		e.evalError(params.Finish(e.ev, pl.params))
	}
	for _, r := range e.requirements {
		e.finishRequirement(r)
	}
	return !e.diags.HasErrors()
}

func (e *evaluation) field(v *vertex.Vertex, name string) *vertex.Arc {
	return v.Lookup(vertex.Label{Name: name})
}

// declarePlanParams declares the parameters of each plan. Within a plan they refer to each other.
func (e *evaluation) declarePlanParams() bool {
	ok := true
	e.evalError(e.ev.Try(func() {
		arcs := e.field(e.root, "plans").Vertex.Fields()
		slices.SortStableFunc(arcs, func(a, b *vertex.Arc) int {
			return cmp.Or(a.Vertex.Pos().Compare(b.Vertex.Pos()), cmp.Compare(a.Label.Name, b.Label.Name))
		})
		for _, a := range arcs {
			if a.Optional {
				continue
			}
			if a.Presence(nil) != nil {
				e.report(diag.NotStatic, a.Vertex.Pos(), "plan %q exists under a condition on an input only", a.Label.Name)
				ok = false
			}
			p, err := params.Declare(e.ev, e.field(a.Vertex, "params").Vertex)
			if err == nil {
				err = params.Bind(e.ev, p, expr.Sel(expr.Var("plan", inputs.Plan()), "params", p.Type))
			}
			if err != nil {
				e.evalError(err)
				ok = false
				continue
			}
			e.plans = append(e.plans, &plan{Plan: v1alpha1.Plan{Name: a.Label.Name}, params: p})
		}
	}))
	return ok
}

// bindContext makes the declarations of instance, plan and so on stand for what the controller provides.
func (e *evaluation) bindContext() {
	var planParams *expr.Type
	for _, p := range e.plans {
		planParams = expr.Join(planParams, p.params.Type)
	}
	types := inputs.Types(e.params.Type, planParams)
	for _, name := range inputs.Context {
		a := e.field(e.root, name)
		for _, d := range a.Decls {
			if id, ok := d.Value.(*ast.Ident); syntax.IsAuthors(d.Pos()) && (!ok || id.Name != "_") {
				e.ev.Refuse(d, "declare it as "+name+": _", "%s comes from the controller and cannot be constrained", name)
			}
		}
		a.Vertex.Bind(expr.Var(name, types[name]))
	}
}

// evaluatePlans computes phases and steps, which must be constants but for the conditions of steps.
func (e *evaluation) evaluatePlans() {
	for _, p := range e.plans {
		v := e.field(e.field(e.root, "plans").Vertex, p.Name).Vertex
		a := e.field(v, "phases")
		if a == nil || a.Optional || !e.constant(v, "strategy", &p.Strategy) || !e.constant(v, "onChange", &p.OnChange) {
			continue
		}
		if p.OnChange == v1alpha1.OnChangeWait { // it is the default
			p.OnChange = ""
		}
		if e.constant(v, "rotates", &p.Rotates) {
			e.checkRotates(p, e.field(v, "rotates").Vertex)
		}
		var deadline string
		if e.constant(v, "deadline", &deadline) {
			p.Deadline = steps.Duration(deadline)
		}
		phases, conditions := steps.Split(expr.Expand(e.ev.Value(a.Vertex, nil), e.ev.Locals))
		if !phases.IsLit() {
			e.dependent(a, phases).Hint = "the when of a step may, and says whether the step runs"
			continue
		}
		var err error
		if p.Phases, err = steps.Phases(phases); err != nil {
			e.report(diag.WrongValue, a.Vertex.Pos(), "%s: %v", a.Vertex.Path(), err)
		}
		p.conditions = conditions
	}
}

// dependent reports that a field depends on inputs where it must not.
func (e *evaluation) dependent(a *vertex.Arc, x *expr.X) *diag.Diagnostic {
	return e.report(diag.NotStatic, a.Vertex.Pos(), "%s must not depend on inputs, but reads %s", a.Vertex.Path(), strings.Join(inputsOf(x), ", "))
}

// constant reads a field that must not depend on inputs.
func (e *evaluation) constant(v *vertex.Vertex, name string, into any) bool {
	a := e.field(v, name)
	if a == nil || a.Optional {
		return false
	}
	x := e.ev.Value(a.Vertex, nil)
	if !x.IsLit() {
		e.dependent(a, x)
		return false
	}
	b, err := json.Marshal(x.Lit)
	if err == nil {
		err = json.Unmarshal(b, into)
	}
	if err != nil {
		e.report(diag.WrongValue, a.Vertex.Pos(), "%s: %v", a.Vertex.Path(), err)
	}
	return err == nil
}

func inputsOf(x *expr.X) []string {
	var out []string
	for name := range x.Vars() {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// evaluateAbout computes the fields that describe the framework, which must be constants.
func (e *evaluation) evaluateAbout() {
	e.constant(e.root, "name", &e.about.name)
	e.constant(e.root, "version", &e.about.version)
	e.constant(e.root, "appVersion", &e.about.appVersion)
	e.constant(e.root, "description", &e.about.description)
	e.constant(e.root, "url", &e.about.url)
	e.constant(e.root, "maintainers", &e.about.maintainers)
	e.constant(e.root, "clusterScoped", &e.about.clusterScoped)
	e.constant(e.root, "driftPolicy", &e.about.driftPolicy)
	if e.constant(e.root, "upgradableFrom", &e.about.upgradableFrom) {
		if _, err := semver.NewConstraint(e.about.upgradableFrom); err != nil {
			e.report(diag.WrongRequirement, e.field(e.root, "upgradableFrom").Vertex.Pos(), "upgradableFrom: %q is not a range of versions", e.about.upgradableFrom).Hint = "such as >=1.2.0 <2.0.0"
		}
	}
}

func (e *evaluation) evaluateTasks() {
	arcs := e.field(e.root, "tasks").Vertex.Fields()
	slices.SortFunc(arcs, func(a, b *vertex.Arc) int { return cmp.Compare(a.Label.Name, b.Label.Name) })
	if e.field(e.root, "tasks").Vertex.DependsOnInputs() {
		e.ev.Refuse(e.field(e.root, "tasks").Vertex, "write one task whose apply has a loop", "the names of tasks cannot depend on inputs")
	}
	for _, a := range arcs {
		if !a.Optional {
			e.evalError(e.ev.Try(func() { e.ev.Locate(a.Vertex, func() { e.evaluateTask(a) }) }))
		}
	}
}

func (e *evaluation) evaluateTask(a *vertex.Arc) {
	t := &task{name: a.Label.Name}
	cond := e.ev.Presence(a)
	for _, f := range a.Vertex.Fields() {
		if f.Optional {
			continue
		}
		when := expr.And(cond, e.ev.Presence(f))
		switch f.Label.Name {
		case "apply":
			t.kind = v1alpha1.TaskApply
			t.objects = e.applied(f, when)
		case "run":
			t.kind = v1alpha1.TaskRun
			t.objects = []object{{id: t.name, cond: when, value: e.ev.ValueIf(f)}}
		case "delete":
			t.kind = v1alpha1.TaskDelete
			t.objects = e.deleted(f, when)
		case "patch":
			t.kind = v1alpha1.TaskPatch
			t.objects = e.applied(f, when)
		case "wait":
			t.kind = v1alpha1.TaskWait
			t.objects = e.awaited(f, when)
		}
	}
	e.ready(a, t)
	for _, o := range t.objects {
		if len(o.kinds(nil)) == 0 {
			e.report(diag.NotStatic, a.Vertex.Pos(), "task %q: apiVersion and kind of object %q must not depend on inputs", t.name, o.id)
		}
	}
	e.tasks = append(e.tasks, t)
}

// applied are the objects of an apply task, in the order in which the author wrote them.
func (e *evaluation) applied(f *vertex.Arc, when *expr.X) []object {
	fields := f.Vertex.Fields()
	slices.SortStableFunc(fields, func(a, b *vertex.Arc) int { return a.Vertex.Pos().Compare(b.Vertex.Pos()) })
	var out []object
	for _, a := range fields {
		if !a.Optional {
			out = append(out, object{id: a.Label.Name, cond: expr.And(when, e.ev.Presence(a)), value: e.ev.ValueIf(a)})
		}
	}
	if rest := e.ev.Computed(f.Vertex); rest != nil {
		out = append(out, object{cond: when, value: rest})
	}
	return out
}

// awaited are the identities of the objects of a wait task.
func (e *evaluation) awaited(f *vertex.Arc, when *expr.X) []object {
	out := e.applied(f, when)
	for i := range out {
		if out[i].id == "" {
			e.ev.Refuse(f.Vertex, "give each object an id", "a loop over an input is not supported in wait")
		}
		out[i].value = identity(out[i].value)
	}
	return out
}

// deleted are the identities of the objects of a delete task.
func (e *evaluation) deleted(f *vertex.Arc, when *expr.X) []object {
	x := e.ev.ValueIf(f)
	var out []object
	for i, p := range x.Elements() {
		cond := when
		for _, cl := range p.Clauses {
			if cl.Src != nil {
				e.ev.Refuse(f.Vertex, "list the objects", "a loop over an input is not supported in delete")
			}
			cond = expr.And(cond, cl.Cond)
		}
		out = append(out, object{id: strconv.Itoa(i), cond: cond, value: identity(p.Val)})
	}
	if len(out) == 0 {
		e.ev.Refuse(f.Vertex, "list the objects", "delete needs a list of objects")
	}
	return out
}

// identity reduces an object to what identifies it.
func identity(x *expr.X) *expr.X {
	if x.Op == expr.OpCond {
		return expr.If(x.Args[0], identity(x.Args[1]), identity(x.Args[2]))
	}
	if x.Op == expr.OpFail {
		return x
	}
	return selected(x, map[string]bool{"apiVersion": false, "kind": false, "metadata": true})
}

// selected keeps some fields; of those marked true, it keeps name and namespace.
func selected(x *expr.X, keep map[string]bool) *expr.X {
	out := &expr.X{Op: expr.OpObj, Type: x.Type}
	for _, p := range x.Elements() {
		if p.Key == nil || !p.Key.IsLit() {
			continue
		}
		name, _ := p.Key.Lit.(string)
		inner, ok := keep[name]
		if !ok {
			continue
		}
		if inner {
			p.Val = selected(p.Val, map[string]bool{"name": false, "namespace": false})
		}
		out.Parts = append(out.Parts, p)
	}
	return out
}

func (e *evaluation) evaluateOutputs() {
	a := e.field(e.root, "outputs")
	if a == nil || a.Optional {
		return
	}
	e.outputs = e.ev.ValueIf(a)
	if cond := e.ev.Presence(a); !cond.IsTrue() {
		e.ev.Refuse(a.Vertex, "make the single outputs conditional", "outputs cannot depend on an input as a whole")
	}
}

func uses(p *plan, task string) bool {
	for _, ph := range p.Phases {
		for _, s := range ph.Steps {
			if slices.Contains(s.Tasks, task) {
				return true
			}
		}
	}
	return false
}
