package runtime

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/render"
	"github.com/kudoc/kudoc/internal/render/spell"
	"github.com/kudoc/kudoc/internal/runtime/decision"
	"github.com/kudoc/kudoc/internal/runtime/execution"
	"github.com/kudoc/kudoc/internal/runtime/object"
)

// requiresField is the index of Instances by the Instances that they require.
const requiresField = "spec.requires"

func requiredBy(o client.Object) []string {
	return slices.Collect(maps.Values(o.(*v1alpha1.Instance).Spec.Requires))
}

// parentField is the index of Instances by the Instance for which they were made.
const parentField = "metadata.parent"

func madeFor(o client.Object) []string { return []string{parent(o)} }

// required reads the outputs of the Instances that meet the requirements of a version, by requirement.
func (r *Reconciler) required(ctx context.Context, inst *v1alpha1.Instance, v *v1alpha1.FrameworkVersion, program *render.Program, names map[string]string) (map[string]any, *decision.Refusal, error) {
	if ref := unbound(inst, v, names); ref != nil {
		return nil, ref, nil
	}
	path, err := r.cycle(ctx, inst, names)
	if err != nil {
		return nil, nil, err
	}
	if path != nil {
		return nil, &decision.Refusal{Reason: v1alpha1.ReasonInvalidRequirements, Message: "the instances require each other: " + strings.Join(path, " requires ")}, nil
	}
	out := map[string]any{}
	for _, q := range v.Spec.Requires {
		p, err := r.provider(ctx, inst.Namespace, names[q.Name])
		if err != nil {
			return nil, nil, err
		}
		if ref := unmet(q, p); ref != nil {
			return nil, ref, nil
		}
		outputs, err := program.Required(q.Name, execution.Values(p.inst.Status.Outputs))
		if err != nil {
			return nil, &decision.Refusal{Reason: v1alpha1.ReasonRequirementNotMet, Message: fmt.Sprintf("requires %s: outputs of instance %q: %v", q.Name, p.name, err)}, nil
		}
		out[q.Name] = outputs
	}
	return execution.Values(execution.Raw(out)), nil, nil
}

// unbound says what is wrong with the names under spec.requires.
func unbound(inst *v1alpha1.Instance, v *v1alpha1.FrameworkVersion, bound map[string]string) *decision.Refusal {
	var wrong, names []string
	for _, q := range v.Spec.Requires {
		names = append(names, q.Name)
		if bound[q.Name] == "" {
			wrong = append(wrong, fmt.Sprintf("spec.requires.%s: name the Instance of %s %s to work with", q.Name, q.Framework, q.Version))
		}
	}
	for name := range inst.Spec.Requires {
		if !slices.Contains(names, name) {
			wrong = append(wrong, fmt.Sprintf("spec.requires.%s: %s has no such requirement%s", name, v.Name, spell.Hint(name, names)))
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	slices.Sort(wrong)
	return &decision.Refusal{Reason: v1alpha1.ReasonInvalidRequirements, Message: strings.Join(wrong, "; ")}
}

// provider is an Instance that is to meet a requirement, and the version that is in force.
type provider struct {
	name    string
	inst    *v1alpha1.Instance         // nil if there is none
	version *v1alpha1.FrameworkVersion // nil if none is in force
}

func (r *Reconciler) provider(ctx context.Context, namespace, name string) (provider, error) {
	p := provider{name: name}
	inst := &v1alpha1.Instance{}
	if err := r.Get(ctx, types.NamespacedName{Namespace: namespace, Name: name}, inst); apierrors.IsNotFound(err) {
		return p, nil
	} else if err != nil {
		return p, fmt.Errorf("read required instance: %w", err)
	}
	p.inst = inst
	if inst.Status.LastApplied == nil {
		return p, nil
	}
	v := &v1alpha1.FrameworkVersion{}
	if err := r.Get(ctx, types.NamespacedName{Name: inst.Status.LastApplied.FrameworkVersion}, v); apierrors.IsNotFound(err) {
		return p, nil
	} else if err != nil {
		return p, fmt.Errorf("read framework version of required instance: %w", err)
	}
	p.version = v
	return p, nil
}

// unmet says why an Instance does not meet a requirement, or not yet.
func unmet(q v1alpha1.Requirement, p provider) *decision.Refusal {
	no := func(waits bool, format string, args ...any) *decision.Refusal {
		return &decision.Refusal{Reason: v1alpha1.ReasonRequirementNotMet, Message: "requires " + q.Name + ": " + fmt.Sprintf(format, args...), Waits: waits}
	}
	switch {
	case p.inst == nil:
		return no(true, "there is no instance %q", p.name)
	case p.inst.DeletionTimestamp != nil:
		return no(false, "instance %q is being deleted", p.name)
	case p.inst.Status.LastApplied == nil:
		return no(true, "instance %q has not been deployed yet", p.name)
	case p.version == nil:
		return no(true, "there is no FrameworkVersion %q, which instance %q runs", p.inst.Status.LastApplied.FrameworkVersion, p.name)
	case p.version.Spec.Framework != q.Framework:
		return no(false, "instance %q runs framework %s, not %s", p.name, p.version.Spec.Framework, q.Framework)
	}
	within, err := semver.NewConstraint(q.Version)
	if err != nil {
		return no(false, "%q is not a range of versions", q.Version)
	}
	version, err := semver.NewVersion(p.version.Spec.Version)
	if err != nil || !within.Check(version) {
		return no(true, "instance %q runs %s %s, not %s", p.name, q.Framework, p.version.Spec.Version, q.Version)
	}
	return nil
}

// cycle is a path from an Instance over those that it requires back to itself, or nil. Instances of a cycle would wait for
// each other for ever.
func (r *Reconciler) cycle(ctx context.Context, from *v1alpha1.Instance, names map[string]string) ([]string, error) {
	seen := map[string]bool{}
	var visit func(requires map[string]string) ([]string, error)
	visit = func(requires map[string]string) ([]string, error) {
		for _, name := range requires {
			if name == from.Name {
				return []string{name}, nil
			}
			if seen[name] {
				continue
			}
			seen[name] = true
			next := &v1alpha1.Instance{}
			if err := r.Get(ctx, types.NamespacedName{Namespace: from.Namespace, Name: name}, next); apierrors.IsNotFound(err) {
				continue
			} else if err != nil {
				return nil, fmt.Errorf("read required instance: %w", err)
			}
			if path, err := visit(next.Spec.Requires); err != nil || path != nil {
				return append([]string{name}, path...), err
			}
		}
		return nil, nil
	}
	path, err := visit(names)
	if path == nil {
		return nil, err
	}
	return append([]string{from.Name}, path...), err
}

// gatherChildren finds out which of the Instances that are to meet requirements are not as they are to be.
func (r *Reconciler) gatherChildren(ctx context.Context, w *world, children []execution.Child) error {
	for _, want := range children {
		live := &v1alpha1.Instance{}
		err := r.Get(ctx, client.ObjectKeyFromObject(want), live)
		switch {
		case err == nil && live.Annotations[v1alpha1.AnnotationApplied] == want.GetAnnotations()[v1alpha1.AnnotationApplied]:
		case client.IgnoreNotFound(err) != nil:
			return fmt.Errorf("read instance %s: %w", want.GetName(), err)
		default:
			w.children = append(w.children, want)
		}
	}
	return nil
}

// raise applies the Instances that are to meet requirements.
func (r *Reconciler) raise(ctx context.Context, w *world) error {
	for _, u := range w.children {
		if err := w.objects.Apply(ctx, w.Inst, u.Unstructured, uidOf(w.Inst, u.Unstructured), false); err != nil {
			return object.Explain(object.Display(u.Unstructured), err)
		}
	}
	return nil
}

// parent is the Instance for which another one was made, or empty.
func parent(o client.Object) string { return o.GetLabels()[v1alpha1.LabelInstance] }

// dependents are the deployed Instances that require an Instance, by name. What has nothing deployed does not miss it.
func (r *Reconciler) dependents(ctx context.Context, inst *v1alpha1.Instance) ([]string, error) {
	var list v1alpha1.InstanceList
	if err := r.List(ctx, &list, client.InNamespace(inst.Namespace), client.MatchingFields{requiresField: inst.Name}); err != nil {
		return nil, fmt.Errorf("list dependent instances: %w", err)
	}
	var out []string
	for i := range list.Items {
		if list.Items[i].Status.Target != nil {
			out = append(out, list.Items[i].Name)
		}
	}
	if of := parent(inst); of != "" && !slices.Contains(out, of) {
		p := &v1alpha1.Instance{}
		if err := r.Get(ctx, types.NamespacedName{Namespace: inst.Namespace, Name: of}, p); client.IgnoreNotFound(err) != nil {
			return nil, fmt.Errorf("read parent instance: %w", err)
		} else if err == nil && p.DeletionTimestamp == nil && p.Status.Target != nil {
			out = append(out, of)
		}
	}
	slices.Sort(out)
	return out, nil
}

// instancesAround finds the Instances that an Instance concerns: those that require it, which follow its outputs, and those
// that it requires, whose deletion waits for its own, and the one that it was made for, or that were made for it.
func (r *Reconciler) instancesAround(ctx context.Context, o client.Object) []reconcile.Request {
	var out []reconcile.Request
	for _, field := range []string{requiresField, parentField} {
		var list v1alpha1.InstanceList
		if err := r.List(ctx, &list, client.InNamespace(o.GetNamespace()), client.MatchingFields{field: o.GetName()}); err != nil {
			log.FromContext(ctx).Error(err, "cannot list the instances around an instance", "instance", o.GetName())
			return nil
		}
		for i := range list.Items {
			out = append(out, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&list.Items[i])})
		}
	}
	around := append(slices.Collect(maps.Values(o.(*v1alpha1.Instance).Spec.Requires)), parent(o))
	for _, name := range slices.DeleteFunc(around, func(n string) bool { return n == "" }) {
		out = append(out, reconcile.Request{NamespacedName: types.NamespacedName{Namespace: o.GetNamespace(), Name: name}})
	}
	return out
}
