package runtime

import (
	"context"
	"fmt"
	"sync"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/render"
)

// programs remembers the programs of FrameworkVersions by name; a version that was deleted and made anew has another UID.
type programs struct {
	mu sync.Mutex
	m  map[string]loaded
}

type loaded struct {
	uid     types.UID
	program *render.Program
	err     error
}

// load returns the program of a version. It is safe for concurrent use.
func (p *programs) load(v *v1alpha1.FrameworkVersion) (*render.Program, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if l, ok := p.m[v.Name]; ok && l.uid == v.UID {
		return l.program, l.err
	}
	program, err := render.Load(&v.Spec)
	if p.m == nil {
		p.m = map[string]loaded{}
	}
	p.m[v.Name] = loaded{v.UID, program, err}
	return program, err
}

func (p *programs) forget(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.m, name)
}

// versions says of every FrameworkVersion whether this controller can execute it.
type versions struct {
	client.Client
	programs *programs
}

func setupVersions(mgr ctrl.Manager, p *programs) error {
	err := ctrl.NewControllerManagedBy(mgr).For(&v1alpha1.FrameworkVersion{}).Complete(&versions{mgr.GetClient(), p})
	if err != nil {
		return fmt.Errorf("set up framework versions: %w", err)
	}
	return nil
}

// Reconcile reads the templates and records the verdict.
func (r *versions) Reconcile(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
	v := &v1alpha1.FrameworkVersion{}
	if err := r.Get(ctx, req.NamespacedName, v); err != nil {
		r.programs.forget(req.Name)
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	c := metav1.Condition{
		Type: v1alpha1.ConditionAccepted, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonAccepted,
		Message: "the templates were read and type-checked", ObservedGeneration: v.Generation,
	}
	if _, err := r.programs.load(v); err != nil {
		c.Status, c.Reason, c.Message = metav1.ConditionFalse, v1alpha1.ReasonFrameworkVersionInvalid, err.Error()
	}
	before := v.DeepCopy()
	if !meta.SetStatusCondition(&v.Status.Conditions, c) {
		return reconcile.Result{}, nil
	}
	if err := r.Status().Patch(ctx, v, client.MergeFrom(before)); err != nil {
		return reconcile.Result{}, fmt.Errorf("record framework version: %w", client.IgnoreNotFound(err))
	}
	return reconcile.Result{}, nil
}
