package runtime

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/events"
	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/runtime/decision"
	"github.com/kudoc/kudoc/internal/runtime/execution"
	"github.com/kudoc/kudoc/internal/runtime/known"
	"github.com/kudoc/kudoc/internal/runtime/lanes"
	"github.com/kudoc/kudoc/internal/runtime/object"
	"github.com/kudoc/kudoc/internal/runtime/plan"
)

// instanceField is the index of executions by the name of their Instance.
const instanceField = "spec.instance"

// poll is how often a running step is looked at although no watch told of a change: pods and what other controllers make
// are not watched.
const poll = 20 * time.Second

// again is when to repeat a move that lost a race.
const again = 50 * time.Millisecond

// manyMoves is how many moves an Instance makes before others have a turn.
const manyMoves = 20

// foreignPoll is how often an object is looked at that others have, or that is to go: it may be gone before a watch begins.
const foreignPoll = 5 * time.Second

// Reconciler executes the plans of Instances. One reconcile is one move of one Instance.
type Reconciler struct {
	// Client reads kudoc's own kinds from the cache, and writes.
	client.Client
	// Reader reads from the API server.
	Reader client.Reader
	// Scope says which kinds are namespaced.
	Scope execution.Scope
	// Recorder takes the events.
	Recorder events.EventRecorder
	// Now is the clock.
	Now func() time.Time

	clocks   known.Clocks
	accounts object.Accounts
	programs programs
	secrets  secretsMade
	rotated  secretsMade
	watches  *watches
	lanes    *lanes.Lanes
	bigs     lanes.Bigs
	refusals known.Refusals
	written  known.Writes
	sights   known.Sights
}

// Setup registers the controllers of this package with a manager. workers is how many Instances are reconciled at once.
func Setup(mgr ctrl.Manager, workers int) error { return setup(mgr, workers, time.Now) }

func setup(mgr ctrl.Manager, workers int, now func() time.Time) error {
	r := &Reconciler{
		Client: mgr.GetClient(), Reader: mgr.GetAPIReader(), Scope: execution.MappedScope(mgr.GetRESTMapper()),
		Recorder: mgr.GetEventRecorder("kudoc"), Now: now, lanes: lanes.New(workers), bigs: lanes.NewBigs(),
		accounts: object.Accounts{Config: mgr.GetConfig(), Options: client.Options{Scheme: mgr.GetScheme(), Mapper: mgr.GetRESTMapper()}},
	}
	err := mgr.GetFieldIndexer().IndexField(context.Background(), &v1alpha1.PlanExecution{}, instanceField, func(o client.Object) []string {
		return []string{o.(*v1alpha1.PlanExecution).Spec.Instance}
	})
	if err != nil {
		return fmt.Errorf("index executions: %w", err)
	}
	for field, of := range map[string]client.IndexerFunc{requiresField: requiredBy, parentField: madeFor} {
		if err := mgr.GetFieldIndexer().IndexField(context.Background(), &v1alpha1.Instance{}, field, of); err != nil {
			return fmt.Errorf("index instances: %w", err)
		}
	}
	c, err := ctrl.NewControllerManagedBy(mgr).
		For(&v1alpha1.Instance{}).
		Watches(&v1alpha1.Instance{}, handler.EnqueueRequestsFromMapFunc(r.instancesAround)).
		Watches(&v1alpha1.PlanExecution{}, handler.EnqueueRequestsFromMapFunc(instanceOfExecution)).
		Watches(&v1alpha1.FrameworkVersion{}, handler.EnqueueRequestsFromMapFunc(r.instancesOfVersion)).
		WithOptions(controller.Options{MaxConcurrentReconciles: lanes.Reconcilers(workers), RateLimiter: backoff()}).
		Build(r)
	if err != nil {
		return fmt.Errorf("set up instances: %w", err)
	}
	r.watches = newWatches(mgr.GetCache(), c)
	return setupVersions(mgr, &r.programs)
}

// backoff is how soon an Instance is looked at again after an error: never later than if nothing had been heard of it, so
// that an outage of the API server, however long, holds up nothing for long after its end.
func backoff() workqueue.TypedRateLimiter[reconcile.Request] {
	return workqueue.NewTypedItemExponentialFailureRateLimiter[reconcile.Request](5*time.Millisecond, poll)
}

// Reconcile makes a move when there is a place for it.
func (r *Reconciler) Reconcile(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
	if d := r.sights.Left(req.NamespacedName); d > 0 {
		return reconcile.Result{RequeueAfter: d}, nil
	}
	leave := r.lanes.Enter(ctx, req.NamespacedName)
	if leave == nil {
		return reconcile.Result{RequeueAfter: lanes.SlowPause}, nil
	}
	defer leave()
	for range manyMoves {
		result, more, err := r.move(ctx, req)
		if apierrors.IsNotFound(err) { // what was written may be gone
			r.written.Forget(req.NamespacedName)
		}
		if err != nil {
			return retry(err)
		}
		if !more {
			return result, nil
		}
	}
	return reconcile.Result{RequeueAfter: again}, nil
}

// move gathers, decides, records and acts. It says whether there is more to do at once.
func (r *Reconciler) move(ctx context.Context, req reconcile.Request) (result reconcile.Result, more bool, err error) {
	place := r.bigs.Place()
	defer place.Leave()
	w, err := r.gather(ctx, req.NamespacedName, place)
	switch {
	case err != nil:
		return reconcile.Result{}, false, err
	case w == nil:
		return reconcile.Result{}, false, r.orphaned(ctx, req.NamespacedName)
	case w.Inst.DeletionTimestamp == nil:
		if err := r.prepare(ctx, w); err != nil {
			return reconcile.Result{}, false, err
		}
	}
	d := decision.Make(&w.World)
	if d.Create != nil && !ends(w, d) { // what has ended is recorded first
		if w, d, err = r.begin(ctx, w, d); err != nil {
			return reconcile.Result{}, false, err
		}
	}
	if d.RequeueAfter == 0 && (len(w.Unhealthy) > 0 || w.Barred != "" || w.Refusal != nil && w.Refusal.Unwatched) {
		d.RequeueAfter = poll
	}
	r.intend(w, d)
	if err := r.record(ctx, w, d); err != nil {
		return reconcile.Result{}, false, err
	}
	if err := r.rotate(ctx, w, d); err != nil {
		return reconcile.Result{}, false, err
	}
	came, err := r.act(ctx, w, d)
	if slices.ContainsFunc(slices.Collect(maps.Values(came)), func(o plan.Observation) bool { return o.Progress == plan.Broken }) {
		var broken error
		d, broken = r.recordBroken(ctx, w, d, came)
		err = errors.Join(err, broken)
	}
	if err != nil {
		return reconcile.Result{}, false, err
	}
	return r.rest(ctx, w, d, came)
}

// prepare makes what has to be there before an Instance can be worked on.
func (r *Reconciler) prepare(ctx context.Context, w *world) error {
	if err := r.hold(ctx, w.Inst); err != nil || w.Desire == nil {
		return err
	}
	ref, err := r.generate(ctx, w.Inst, w.Desire.Version)
	if ref != nil {
		w.Desire, w.Refusal = nil, ref
	}
	return err
}

// rest ends a move: it says when the next one is due, and forgets what that does not need.
func (r *Reconciler) rest(ctx context.Context, w *world, d *decision.Decision, came map[plan.Ref]plan.Observation) (reconcile.Result, bool, error) {
	key := client.ObjectKeyFromObject(d.Inst)
	if ends(w, d) {
		r.clocks.Forget(w.Active.UID)
		r.refusals.Forget(w.Active.UID)
		r.rotated.forget(w.Active.UID)
		r.sights.Keep(key, fallsIll)
	}
	if d.Release {
		r.secrets.forget(d.Inst.UID)
		return reconcile.Result{}, false, r.release(ctx, d.Inst)
	}
	if d.Create != nil || settled(came) {
		return reconcile.Result{}, true, nil
	}
	if d.Inst.Status.ActiveExecution != "" {
		r.sights.Settle(key)
	}
	return reconcile.Result{RequeueAfter: wake(w, d)}, false, nil
}

// ends says whether the active execution ends with a decision.
func ends(w *world, d *decision.Decision) bool {
	return w.Active != nil && d.Execution(w.Active.Name).Status.State.Terminal()
}

// settled says whether all that was started is healthy already, or has failed, so that what follows can be decided at once.
func settled(came map[plan.Ref]plan.Observation) bool {
	for _, o := range came {
		if o.Progress != plan.Done && o.Progress != plan.Broken {
			return false
		}
	}
	return len(came) > 0
}

// wake is when to look again although nothing was heard.
func wake(w *world, d *decision.Decision) time.Duration {
	pace := poll
	removes := slices.ContainsFunc(d.Actions, func(a plan.Action) bool { return a.Kind == plan.Remove })
	if w.foreign || removes || len(d.Doomed) > 0 {
		pace = foreignPoll
	}
	if d.Inst.Status.ActiveExecution == "" && len(d.Doomed) == 0 {
		return d.RequeueAfter
	}
	if d.RequeueAfter > 0 {
		return min(d.RequeueAfter, pace)
	}
	return pace
}

// retry asks for another reconcile. A lost race is not an error: the watch brings the newer object.
func retry(err error) (reconcile.Result, error) {
	if apierrors.IsConflict(err) || apierrors.IsNotFound(err) {
		return reconcile.Result{RequeueAfter: again}, nil
	}
	return reconcile.Result{}, err
}

func instanceOfExecution(_ context.Context, o client.Object) []reconcile.Request {
	e := o.(*v1alpha1.PlanExecution)
	return []reconcile.Request{{NamespacedName: types.NamespacedName{Namespace: e.Namespace, Name: e.Spec.Instance}}}
}

// instancesOfVersion finds the Instances that wait for a FrameworkVersion that has appeared. Versions never change, so
// this is not called for anything else that matters.
func (r *Reconciler) instancesOfVersion(ctx context.Context, o client.Object) []reconcile.Request {
	var list v1alpha1.InstanceList
	if err := r.List(ctx, &list); err != nil {
		log.FromContext(ctx).Error(err, "cannot list instances of version", "frameworkVersion", o.GetName())
		return nil
	}
	var out []reconcile.Request
	for i := range list.Items {
		if inst := &list.Items[i]; inst.Spec.FrameworkVersion == o.GetName() {
			out = append(out, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(inst)})
		}
	}
	return out
}
