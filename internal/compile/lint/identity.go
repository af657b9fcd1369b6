package lint

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/compile/lint/tree"
	"github.com/kudoc/kudoc/internal/kinds"
)

var identityRules = []Rule{
	{Code: "KD601", Title: "two objects of a task are one", check: sameObject,
		Text: "Two objects of a task, or of tasks of the same step, have the same kind, namespace and name. To a cluster they are one object, and the one that is applied last wins. Give them names that differ whatever the parameters are."},
	{Code: "KD602", Title: "two tasks make different objects of one name", Warning: true, check: contradiction,
		Text: "Two tasks apply an object of the same kind, namespace and name, and each of them has fields that the other lacks: what one makes, the other takes away. If they are meant to be two objects, give them different names. A task that applies the object of another one with other values is fine."},
	{Code: "KD603", Title: "a name is the same for all instances", Warning: true, defaults: true, check: sharedName,
		Text: "The name of an object does not depend on the instance, so that a second instance of the framework would need the object of the first, which kudoc does not let it touch. Begin the name with instance.name. What lives outside of namespaces needs instance.namespace in its name, too: instances in two namespaces may have one name."},
	{Code: "KD604", Title: "a namespace is the same for all instances", Warning: true, defaults: true, check: sharedNamespace,
		Text: "The namespace of an object does not depend on the instance. An object that names no namespace takes that of the instance, which is what most frameworks want."},
}

// inOneStep says whether two items are made in the same step.
func (w *world) inOneStep(i, j *item) bool {
	if i.use.task == j.use.task {
		return i.use == j.use
	}
	for _, s := range w.steps {
		tasks := w.Spec.Plan(s.plan).Phases[s.phase].Steps[s.step].Tasks
		if slices.Contains(tasks, i.use.task) && slices.Contains(tasks, j.use.task) {
			return true
		}
	}
	return false
}

// twins calls visit for every two applied items that are one object.
func (w *world) twins(visit func(first, second *item)) {
	seen := map[identity][]*item{}
	for _, i := range w.items {
		if i.kind != v1alpha1.TaskApply || i.name() == "" {
			continue
		}
		id := w.identity(i)
		for _, j := range seen[id] {
			visit(j, i)
		}
		seen[id] = append(seen[id], i)
	}
}

func sameObject(w *world, report reporter) {
	w.twins(func(i, j *item) {
		if !w.inOneStep(i, j) || i.use.task != j.use.task && reflect.DeepEqual(i.object, j.object) {
			return
		}
		other := fmt.Sprintf("object %q", i.id)
		if i.use.task != j.use.task {
			other += fmt.Sprintf(" of task %q", i.use.task)
		}
		f := report(j, path{"metadata", "name"}, other, fmt.Sprintf("object %q is the same %s as %s", j.id, j.gk.Kind, other))
		f.hint = "give it another name"
	})
}

// contradiction finds objects that are not meant to be one: each has what the other lacks.
func contradiction(w *world, report reporter) {
	w.twins(func(i, j *item) {
		if i.use.task == j.use.task || w.inOneStep(i, j) || !tree.Lacks(i.object, j.object) || !tree.Lacks(j.object, i.object) {
			return
		}
		f := report(j, path{"metadata", "name"}, i.use.task, fmt.Sprintf("task %q applies the same %s with other fields", i.use.task, j.gk.Kind))
		f.hint = "give one of them another name"
	})
}

// sharedName finds names that are the same for another instance, and that no parameter decides.
func sharedName(w *world, report reporter) {
	field := path{"metadata", "name"}
	for _, i := range w.items {
		if i.kind != v1alpha1.TaskApply || i.name() == "" {
			continue
		}
		kind, scoped := i.gk.Kind, kinds.ClusterScoped(i.gk)
		switch {
		case w.follows(w.neighbour, i, field):
			if (scoped || w.fixedNamespace(i)) && !w.follows(w.elsewhere, i, field) && !w.isDecided(i, field) {
				f := report(i, field, "", fmt.Sprintf("instances of one name in two namespaces would have the same %s", kind))
				f.hint = `put both into the name: "\(instance.namespace)-\(instance.name)"`
			}
		case !w.isDecided(i, field):
			f := report(i, field, "", fmt.Sprintf("every instance would have the same %s %q", kind, i.name()))
			f.hint = `begin the name with "\(instance.name)-"`
			switch {
			case i.gk.Kind == "CustomResourceDefinition": // which cannot have another name
				f.hint = "install definitions of kinds apart from instances, if there is to be more than one"
			case scoped:
				f.hint = `begin the name with "\(instance.namespace)-\(instance.name)-"`
			}
		}
	}
}

func sharedNamespace(w *world, report reporter) {
	for _, i := range w.made {
		if strings.HasPrefix(tree.Text(i.object, "metadata", "namespace"), "kube-") { // there is one of them, and nobody names it by mistake
			continue
		}
		if !kinds.ClusterScoped(i.gk) && w.fixedNamespace(i) && !w.isDecided(i, path{"metadata", "namespace"}) {
			f := report(i, path{"metadata", "namespace"}, "", fmt.Sprintf("the namespace is %q for every instance", tree.Text(i.object, "metadata", "namespace")))
			f.hint = "leave it out: the object takes that of the instance"
		}
	}
}

// follows says whether a field of an item is another one in another world.
func (w *world) follows(other *world, i *item, p path) bool {
	if other == nil {
		return true
	}
	j := other.find(i)
	return j == nil || !reflect.DeepEqual(tree.At(i.object, p...), tree.At(j.object, p...))
}

func (w *world) fixedNamespace(i *item) bool {
	return tree.Text(i.object, "metadata", "namespace") != "" && !w.follows(w.elsewhere, i, path{"metadata", "namespace"})
}
