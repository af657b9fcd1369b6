package runtime

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/Masterminds/semver/v3"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/render"
)

// programs remembers the programs of FrameworkVersions by name; a version that was deleted and made anew has another UID.
type programs struct {
	mu sync.Mutex
	m  map[string]*loaded
}

type loaded struct {
	uid     types.UID
	once    sync.Once
	program *render.Program
	err     error
}

// load returns the program of a version. It is safe for concurrent use, and those of other versions do not wait for it.
func (p *programs) load(v *v1alpha1.FrameworkVersion) (*render.Program, error) {
	l := p.of(v)
	l.once.Do(func() { l.program, l.err = render.Load(&v.Spec) })
	return l.program, l.err
}

func (p *programs) of(v *v1alpha1.FrameworkVersion) *loaded {
	p.mu.Lock()
	defer p.mu.Unlock()
	if l, ok := p.m[v.Name]; ok && l.uid == v.UID {
		return l
	}
	if p.m == nil {
		p.m = map[string]*loaded{}
	}
	l := &loaded{uid: v.UID}
	p.m[v.Name] = l
	return l
}

func (p *programs) forget(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.m, name)
}

// versions says of every FrameworkVersion whether this controller can execute it, and of every Framework which versions it has.
type versions struct {
	client.Client
	programs *programs
}

func setupVersions(mgr ctrl.Manager, p *programs) error {
	r := &versions{mgr.GetClient(), p}
	err := ctrl.NewControllerManagedBy(mgr).For(&v1alpha1.FrameworkVersion{}).
		Watches(&v1alpha1.Framework{}, handler.EnqueueRequestsFromMapFunc(r.versionsOfFramework)).Complete(r)
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
		if client.IgnoreNotFound(err) != nil {
			return reconcile.Result{}, err
		}
		return retry(r.forgotten(ctx, req.Name))
	}
	c := metav1.Condition{
		Type: v1alpha1.ConditionAccepted, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonAccepted,
		Message: "the templates were read and type-checked", ObservedGeneration: v.Generation,
	}
	if _, err := r.programs.load(v); err != nil {
		c.Status, c.Reason, c.Message = metav1.ConditionFalse, v1alpha1.ReasonFrameworkVersionInvalid, err.Error()
	}
	before := v.DeepCopy()
	if meta.SetStatusCondition(&v.Status.Conditions, c) {
		if err := r.Status().Patch(ctx, v, client.MergeFrom(before)); err != nil {
			return retry(fmt.Errorf("record framework version: %w", err))
		}
	}
	return retry(r.list(ctx, v.Spec.Framework))
}

// forgotten brings the list of the framework up to date to which a version that is gone belonged.
func (r *versions) forgotten(ctx context.Context, name string) error {
	var all v1alpha1.FrameworkList
	if err := r.List(ctx, &all); err != nil {
		return fmt.Errorf("list frameworks: %w", err)
	}
	var errs []error
	for i := range all.Items {
		if strings.HasPrefix(name, all.Items[i].Name+"-") {
			errs = append(errs, r.list(ctx, all.Items[i].Name))
		}
	}
	return errors.Join(errs...)
}

// list records the versions of a framework.
func (r *versions) list(ctx context.Context, name string) error {
	f := &v1alpha1.Framework{}
	if err := r.Get(ctx, types.NamespacedName{Name: name}, f); err != nil {
		return client.IgnoreNotFound(err) // versions need no Framework
	}
	var all v1alpha1.FrameworkVersionList
	if err := r.List(ctx, &all); err != nil {
		return fmt.Errorf("list framework versions: %w", err)
	}
	before := f.DeepCopy()
	if f.Status = statusOf(name, all.Items); equality.Semantic.DeepEqual(before.Status, f.Status) {
		return nil
	}
	if err := r.Status().Patch(ctx, f, client.MergeFrom(before)); err != nil {
		return fmt.Errorf("record framework: %w", err)
	}
	return nil
}

// statusOf sorts the versions of a framework, the highest first. What is no semantic version comes last.
func statusOf(name string, all []v1alpha1.FrameworkVersion) v1alpha1.FrameworkStatus {
	own := slices.DeleteFunc(slices.Clone(all), func(v v1alpha1.FrameworkVersion) bool { return v.Spec.Framework != name })
	slices.SortFunc(own, func(a, b v1alpha1.FrameworkVersion) int {
		x, err := semver.NewVersion(a.Spec.Version)
		y, err2 := semver.NewVersion(b.Spec.Version)
		switch {
		case err != nil && err2 != nil:
			return strings.Compare(b.Spec.Version, a.Spec.Version)
		case err != nil:
			return 1
		case err2 != nil:
			return -1
		}
		return y.Compare(x)
	})
	var out v1alpha1.FrameworkStatus
	for i := range own {
		out.Versions = append(out.Versions, own[i].Spec.Version)
		if out.Latest == "" && meta.IsStatusConditionTrue(own[i].Status.Conditions, v1alpha1.ConditionAccepted) {
			out.Latest = own[i].Spec.Version
		}
	}
	return out
}

// versionsOfFramework finds a version of a Framework that has appeared, which brings its list up to date.
func (r *versions) versionsOfFramework(ctx context.Context, o client.Object) []reconcile.Request {
	var all v1alpha1.FrameworkVersionList
	if err := r.List(ctx, &all); err != nil {
		log.FromContext(ctx).Error(err, "cannot list the versions of a framework", "framework", o.GetName())
		return nil
	}
	for i := range all.Items {
		if all.Items[i].Spec.Framework == o.GetName() {
			return []reconcile.Request{{NamespacedName: client.ObjectKeyFromObject(&all.Items[i])}}
		}
	}
	return nil
}
