package testrun

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/compile/diag"
	"github.com/kudoc/kudoc/internal/render/spell"
)

// check finds what a test names and the framework does not have, and what contradicts itself.
func (r *session) check(t *test) diag.Diagnostics {
	c := &checker{test: t, spec: r.spec}
	if t.rejected == "" { // or else that may be what is expected
		c.names("parameter", paramNames(r.spec.Parameters), keys(t.params), "params")
	}
	c.names("requirement", requirementNames(r.spec), keys(t.requires), "requires")
	if t.previous != nil {
		c.names("parameter", paramNames(r.spec.Parameters), keys(t.previous.params), "previous", "params")
		c.names("requirement", requirementNames(r.spec), keys(t.previous.requires), "previous", "requires")
	}
	c.plans()
	c.contradictions()
	for _, o := range t.objects() {
		c.key(o.key, t.pos("objects", o.key))
	}
	for i, key := range t.absent {
		c.key(key, t.element("absent", i))
	}
	return c.diags
}

type checker struct {
	*test
	spec  *v1alpha1.FrameworkVersionSpec
	diags diag.Diagnostics
}

func (c *checker) wrong(pos token.Pos, format string, args ...any) *diag.Diagnostic {
	d := diag.New(diag.WrongTest, "test %q: "+format, append([]any{c.name}, args...)...).At(pos)
	c.diags = append(c.diags, d)
	return d
}

// names reports those that there are not.
func (c *checker) names(what string, known, named []string, path ...string) {
	for _, name := range named {
		if !slices.Contains(known, name) {
			c.wrong(c.pos(append(path, name)...), "there is no %s %q", what, name).Meant(spell.Nearest(name, known))
		}
	}
}

func (c *checker) plans() {
	var known []string
	for _, p := range c.spec.Plans {
		known = append(known, p.Name)
	}
	if p := c.spec.Plan(c.plan); p != nil && c.rejected == "" {
		c.names("parameter of plan "+c.plan, paramNames(p.Parameters), keys(c.planParams), "plan", "params")
	} else if c.plan != "" && p == nil {
		c.wrong(c.pos("plan", "name"), "there is no plan %q", c.plan).Meant(spell.Nearest(c.plan, known))
	}
	for i, name := range c.test.plans {
		if !slices.Contains(known, name) {
			c.wrong(c.element("plans", i), "there is no plan %q", name).Meant(spell.Nearest(name, known))
		}
	}
}

// contradictions reports expectations that cannot both be met.
func (c *checker) contradictions() {
	if c.rejected == "" {
		return
	}
	for _, name := range []string{"plans", "order", "objects", "absent", "outputs", "golden"} {
		if c.has(name) {
			c.wrong(c.pos(name), "what is rejected has no %s", name).Hint = "make two tests of it"
		}
	}
}

// key reports a key that means no object, whatever the parameters are.
func (c *checker) key(key string, pos token.Pos) {
	first, rest, _ := strings.Cut(key, "/")
	if first == "" || rest == "" {
		c.wrong(pos, "%q means no object", key).Hint = "objects are called by kind and name, \"Service/web\", or by task and id, \"server/service\""
		return
	}
	if isKind(key) {
		if kinds, all := kindsOf(c.spec); all && !slices.Contains(kinds, first) {
			c.wrong(pos, "no task has a %s", first).Meant(spell.Nearest(first, kinds))
		}
		return
	}
	var tasks []string
	for _, t := range c.spec.Tasks {
		tasks = append(tasks, t.Name)
	}
	task := c.spec.Task(first)
	if task == nil {
		c.wrong(pos, "there is no task %q", first).Meant(spell.Nearest(first, tasks))
		return
	}
	var ids []string
	for _, o := range task.Objects {
		ids = append(ids, o.ID)
	}
	if !slices.Contains(ids, rest) && !slices.Contains(ids, "") {
		c.wrong(pos, "task %q has no object %q", first, rest).Meant(spell.Nearest(rest, ids))
	}
}

// kindsOf are the kinds of objects in templates; all is false where expressions may make others.
func kindsOf(spec *v1alpha1.FrameworkVersionSpec) (kinds []string, all bool) {
	found := map[string]bool{}
	for _, t := range spec.Tasks {
		for _, o := range t.Objects {
			var template any
			if json.Unmarshal(o.Template.Raw, &template) != nil || !kindsIn(template, found) {
				return nil, false
			}
		}
	}
	return slices.Sorted(maps.Keys(found)), true
}

// kindsIn adds the kinds in a template, and reports whether every object that it may render to has one that is known.
func kindsIn(template any, found map[string]bool) bool {
	t, ok := template.(map[string]any)
	if !ok {
		return false
	}
	if kind, ok := t["kind"].(string); ok && t["apiVersion"] != nil {
		found[kind] = true
		return true
	}
	if t["$if"] == nil || !kindsIn(t["$then"], found) {
		return false
	}
	return t["$else"] == nil || kindsIn(t["$else"], found)
}

func keys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func paramNames(params []v1alpha1.Parameter) []string {
	var out []string
	for _, p := range params {
		out = append(out, p.Name)
	}
	return out
}

func requirementNames(spec *v1alpha1.FrameworkVersionSpec) []string {
	var out []string
	for _, q := range spec.Requires {
		out = append(out, q.Name)
	}
	return out
}
