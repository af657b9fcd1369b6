// Package preview says what a plan would do: which objects it has, and what they would change in a cluster, by asking the API
// server to apply them for show.
package preview

import (
	"context"
	"fmt"
	"slices"

	"github.com/rogpeppe/go-internal/diff"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/manifest"
	"github.com/kudoc/kudoc/internal/runtime/execution"
	"github.com/kudoc/kudoc/internal/runtime/object"
	"github.com/kudoc/kudoc/internal/runtime/plan"
)

// Change is what becomes of an object.
type Change struct {
	// Verb is create, change, run or delete, or cannot for what the API server refuses.
	Verb string
	// Object is Kind/namespace/name.
	Object string
	// Text is the difference in the unified format, the new object, or why it cannot be.
	Text string
}

// Of lists what a run would change, in its order; what changes nothing is left out. Objects that are applied by it no more are
// deleted at its end.
func Of(ctx context.Context, c client.Client, run *execution.Run, scope execution.Scope) ([]Change, error) {
	p := &preview{Client: c, run: run, scope: scope, applied: map[schema.GroupKind]map[client.ObjectKey]bool{}, tasks: map[string]bool{}}
	err := eachTask(run, func(ref plan.Ref) error { return p.task(ctx, ref) })
	if err != nil {
		return nil, err
	}
	p.prune(ctx)
	return p.changes, nil
}

type preview struct {
	client.Client
	run     *execution.Run
	scope   execution.Scope
	changes []Change
	applied map[schema.GroupKind]map[client.ObjectKey]bool
	tasks   map[string]bool
}

func (p *preview) add(verb, object, text string) {
	p.changes = append(p.changes, Change{verb, object, text})
}

// attempt tells what becomes of an object, or that nothing does because it is forbidden.
func (p *preview) attempt(verb string, u *unstructured.Unstructured, err error) {
	if apierrors.IsForbidden(err) {
		p.add("cannot", manifest.Title(u), err.Error())
		return
	}
	p.add(verb, manifest.Title(u), "")
}

func (p *preview) task(ctx context.Context, ref plan.Ref) error {
	objects, err := p.run.Objects(ref, 1, p.scope)
	if err != nil {
		return err
	}
	p.tasks[ref.Task] = true
	for _, u := range objects {
		switch p.run.Version.Spec.Task(ref.Task).Kind {
		case v1alpha1.TaskRun:
			p.attempt("run", u, p.Apply(ctx, client.ApplyConfigurationFromUnstructured(u.DeepCopy()), client.FieldOwner(execution.FieldManager(u)), client.DryRunAll))
		case v1alpha1.TaskDelete:
			live, err := p.live(ctx, u)
			switch {
			case apierrors.IsForbidden(err):
				p.attempt("read", u, err)
			case err != nil:
				return err
			case live != nil:
				p.attempt("delete", u, p.Delete(ctx, u, client.DryRunAll))
			}
		case v1alpha1.TaskWait:
		case v1alpha1.TaskPatch:
			p.run.Stamp(u, ref, 1)
			if err := p.patch(ctx, u); err != nil {
				return err
			}
		default:
			if err := p.apply(ctx, u); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *preview) live(ctx context.Context, u *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	live := &unstructured.Unstructured{}
	live.SetGroupVersionKind(u.GroupVersionKind())
	err := p.Get(ctx, client.ObjectKeyFromObject(u), live)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	return live, err
}

// patch applies part of an object of others for show, if that is there.
func (p *preview) patch(ctx context.Context, u *unstructured.Unstructured) error {
	live, err := p.live(ctx, u)
	switch {
	case apierrors.IsForbidden(err):
		p.add("cannot", manifest.Title(u), err.Error())
		return nil
	case err != nil:
		return fmt.Errorf("read %s: %w", manifest.Title(u), err)
	case live == nil:
		p.add("cannot", manifest.Title(u), "it is not there, and would be waited for")
		return nil
	}
	return p.apply(ctx, u)
}

// apply applies an object for show.
func (p *preview) apply(ctx context.Context, u *unstructured.Unstructured) error {
	gk := u.GroupVersionKind().GroupKind()
	if p.applied[gk] == nil {
		p.applied[gk] = map[client.ObjectKey]bool{}
	}
	p.applied[gk][client.ObjectKeyFromObject(u)] = true
	live, err := p.live(ctx, u)
	if apierrors.IsForbidden(err) {
		p.add("cannot", manifest.Title(u), err.Error())
		return nil
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", manifest.Title(u), err)
	}
	after := u.DeepCopy()
	err = p.Apply(ctx, client.ApplyConfigurationFromUnstructured(after), client.FieldOwner(execution.FieldManager(u)), client.DryRunAll)
	switch {
	case apierrors.IsInvalid(err), apierrors.IsConflict(err), apierrors.IsForbidden(err), apierrors.IsBadRequest(err):
		p.add("cannot", manifest.Title(u), err.Error())
		return nil
	case err != nil:
		return fmt.Errorf("apply %s for show: %w", manifest.Title(u), err)
	}
	before, now := "", text(after)
	if live != nil {
		before = text(live)
	}
	switch {
	case live == nil:
		p.add("create", manifest.Title(u), now)
	case before != now:
		p.add("change", manifest.Title(u), string(diff.Diff("now", []byte(before), "then", []byte(now))))
	}
	return nil
}

// text is an object as a person would write it: without what the API server says of it, and without what tells one run of
// a plan from another.
func text(u *unstructured.Unstructured) string {
	u = u.DeepCopy()
	for _, f := range []string{"managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "ownerReferences"} {
		unstructured.RemoveNestedField(u.Object, "metadata", f)
	}
	unstructured.RemoveNestedField(u.Object, "status")
	annotations := u.GetAnnotations()
	delete(annotations, v1alpha1.AnnotationApplied)
	if len(annotations) == 0 {
		annotations = nil
	}
	u.SetAnnotations(annotations)
	b, err := manifest.Encode(u.Object, "yaml")
	if err != nil { // it came as JSON
		return err.Error()
	}
	return string(b)
}

// prune lists what the tasks that run applied before and do not apply any more.
func (p *preview) prune(ctx context.Context) {
	for _, it := range slices.Backward(p.run.Instance.Status.Inventory) {
		gone := p.run.Version.Spec.Task(it.Task) == nil
		kept := p.applied[schema.GroupKind{Group: it.Group, Kind: it.Kind}][client.ObjectKey{Namespace: it.Namespace, Name: it.Name}]
		if !kept && (gone || p.tasks[it.Task]) {
			u := &unstructured.Unstructured{}
			u.SetGroupVersionKind(object.Kind(it))
			u.SetNamespace(it.Namespace)
			u.SetName(it.Name)
			p.attempt("delete", u, p.Delete(ctx, u, client.DryRunAll))
		}
	}
}
