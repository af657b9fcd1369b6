package runtime

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/render"
	"github.com/kudoc/kudoc/internal/runtime/decision"
	"github.com/kudoc/kudoc/internal/runtime/execution"
	"github.com/kudoc/kudoc/internal/runtime/lanes"
	"github.com/kudoc/kudoc/internal/runtime/metrics"
	"github.com/kudoc/kudoc/internal/runtime/object"
	"github.com/kudoc/kudoc/internal/runtime/plan"
)

// world is what a decision depends on, and what carrying it out takes.
type world struct {
	decision.World
	// objects is how the objects of the Instance are read and written.
	objects object.Access
	// stored is the Instance as it is stored.
	stored *v1alpha1.Instance
	// recorded are the executions as they are stored, by name.
	recorded map[string]*v1alpha1.PlanExecution
	// children are the Instances that are to meet requirements for which the Instance names none.
	children []execution.Child
	// place is that among those who render what is big.
	place *lanes.Place
	// foreign says that a running step waits for an object of others, of which no watch tells.
	foreign bool
}

// active says whether an execution was running before the decision.
func (w *world) active(e *v1alpha1.PlanExecution) bool {
	before := w.recorded[e.Name]
	return decision.Begun(before) && !before.Status.State.Terminal()
}

// gather does every read. It returns nil if the Instance does not exist.
func (r *Reconciler) gather(ctx context.Context, key types.NamespacedName, place *lanes.Place) (*world, error) {
	w := &world{place: place, recorded: map[string]*v1alpha1.PlanExecution{}, World: decision.World{
		Inst: &v1alpha1.Instance{}, Observed: map[plan.Ref]plan.Observation{},
		UIDs: map[object.Identity]types.UID{}, Fields: map[object.Identity]string{}, Gone: map[object.Identity]bool{}, Now: r.Now(),
	}}
	if err := r.Get(ctx, key, w.Inst); err != nil {
		if apierrors.IsNotFound(err) {
			metrics.Forget(key)
			r.written.Forget(key)
			r.sights.Forget(key)
			return nil, nil
		}
		return nil, fmt.Errorf("read instance: %w", err)
	}
	w.Inst = r.written.Instance(w.Inst)
	w.stored = w.Inst
	var err error
	if w.objects, err = r.access(w.Inst); err != nil {
		return nil, err
	}
	if w.Executions, err = r.executions(ctx, key); err != nil {
		return nil, err
	}
	if decision.Outdated(w.Inst, w.Executions) {
		live := &v1alpha1.Instance{}
		if err := r.Reader.Get(ctx, key, live); err != nil {
			return nil, fmt.Errorf("read instance: %w", err)
		}
		r.written.Note(live)
		w.Inst, w.stored = live, live
	}
	if err = r.desire(ctx, w); err != nil {
		return nil, err
	}
	if err := r.gatherActive(ctx, w); err != nil {
		return nil, err
	}
	if w.Inst.DeletionTimestamp != nil {
		ns := &corev1.Namespace{}
		if err := r.Reader.Get(ctx, types.NamespacedName{Name: key.Namespace}, ns); err != nil {
			return nil, fmt.Errorf("read namespace: %w", err)
		}
		w.NamespaceEnding = ns.DeletionTimestamp != nil
		if w.Dependents, err = r.dependents(ctx, w.Inst); err != nil {
			return nil, err
		}
	}
	for _, e := range w.Executions {
		if w.recorded[e.Name] == nil {
			w.recorded[e.Name] = e
		}
	}
	if err := r.lookForDrift(ctx, w); err != nil {
		return nil, err
	}
	if err := r.lookForTrouble(ctx, w); err != nil {
		return nil, err
	}
	if err := r.lookAgain(ctx, w); err != nil {
		return nil, err
	}
	return w, r.lookFor(ctx, w)
}

// access is that of the service account that an Instance names, or the controller's own.
func (r *Reconciler) access(inst *v1alpha1.Instance) (object.Access, error) {
	if inst.Spec.ServiceAccountName == "" {
		return object.Access{Read: r.Reader, Write: r.Client}, nil
	}
	return r.accounts.Of(inst.Namespace, inst.Spec.ServiceAccountName)
}

// gatherActive reads the target's version, the execution whose turn it is, what that is pinned to, and the objects of its running
// steps.
func (r *Reconciler) gatherActive(ctx context.Context, w *world) error {
	var err error
	if t := w.Inst.Status.Target; t != nil {
		if w.TargetVersion, w.TargetProgram, _, err = r.version(ctx, t.FrameworkVersion, w.place); err != nil {
			return err
		}
	}
	w.Active = decision.Active(w.Inst, w.Executions)
	if w.Active == nil {
		return nil
	}
	if !r.written.Knows(w.Active) {
		live := &v1alpha1.PlanExecution{}
		if err := r.Reader.Get(ctx, client.ObjectKeyFromObject(w.Active), live); err != nil {
			return fmt.Errorf("read execution: %w", err)
		}
		r.written.Note(live)
		w.Executions[slices.Index(w.Executions, w.Active)], w.Active = live, live
		w.recorded[live.Name] = live.DeepCopy()
	}
	if w.recorded[w.Active.Name] == nil {
		w.recorded[w.Active.Name] = w.Active.DeepCopy()
	}
	w.Now = r.clocks.Of(w.Active.UID, w.Now)
	if w.Run, w.RunRefusal, err = r.load(ctx, w.Inst, w.Active, w.place); err != nil || w.Run == nil {
		return err
	}
	r.observe(ctx, w)
	return nil
}

// executions lists the executions of an Instance in the order of their creation.
func (r *Reconciler) executions(ctx context.Context, key types.NamespacedName) ([]*v1alpha1.PlanExecution, error) {
	var list v1alpha1.PlanExecutionList
	if err := r.List(ctx, &list, client.InNamespace(key.Namespace), client.MatchingFields{instanceField: key.Name}); err != nil {
		return nil, fmt.Errorf("list executions: %w", err)
	}
	out := make([]*v1alpha1.PlanExecution, len(list.Items))
	for i := range list.Items {
		out[i] = &list.Items[i]
	}
	out = r.written.Executions(key, out)
	slices.SortFunc(out, func(a, b *v1alpha1.PlanExecution) int {
		if c := a.CreationTimestamp.Compare(b.CreationTimestamp.Time); c != 0 {
			return c
		}
		return strings.Compare(a.Name, b.Name)
	})
	return out, nil
}

// desire reads what the spec asks for.
func (r *Reconciler) desire(ctx context.Context, w *world) error {
	inst := w.Inst
	v, program, ref, err := r.version(ctx, inst.Spec.FrameworkVersion, w.place)
	if w.Refusal = ref; ref != nil || err != nil {
		return err
	}
	params, err := program.Params(execution.WithGenerated(v.Spec.Parameters, inst.Name, execution.Values(inst.Spec.Parameters)))
	if w.Refusal = refused(v1alpha1.ReasonInvalidParameters, err); w.Refusal != nil {
		return nil
	}
	names, children, err := execution.Bound(inst, v, program, params)
	if w.Refusal = refused(v1alpha1.ReasonInvalidRequirements, err); w.Refusal != nil {
		return nil
	}
	if err := r.gatherChildren(ctx, w, children); err != nil {
		return err
	}
	requires, ref, err := r.required(ctx, inst, v, program, names)
	if w.Refusal = ref; ref != nil || err != nil {
		return err
	}
	w.Desire = &decision.Desire{Version: v, Params: params, Digest: execution.Digest(params), Requires: requires}
	return nil
}

// refused turns an error about the spec into a refusal.
func refused(reason string, err error) *decision.Refusal {
	if err == nil {
		return nil
	}
	return &decision.Refusal{Reason: reason, Message: err.Error()}
}

// version reads a FrameworkVersion and its program, which takes the place before it renders what is big.
func (r *Reconciler) version(ctx context.Context, name string, place *lanes.Place) (*v1alpha1.FrameworkVersion, *render.Program, *decision.Refusal, error) {
	v := &v1alpha1.FrameworkVersion{}
	if err := r.Get(ctx, types.NamespacedName{Name: name}, v); apierrors.IsNotFound(err) {
		return nil, nil, &decision.Refusal{Reason: v1alpha1.ReasonFrameworkVersionNotFound, Message: fmt.Sprintf("there is no FrameworkVersion %q", name)}, nil
	} else if err != nil {
		return nil, nil, nil, fmt.Errorf("read framework version: %w", err)
	}
	program, err := r.programs.load(v)
	if err != nil {
		return nil, nil, &decision.Refusal{Reason: v1alpha1.ReasonFrameworkVersionInvalid, Message: fmt.Sprintf("FrameworkVersion %q: %v", name, err)}, nil
	}
	return v, program.Waiting(func() error { return place.Take(ctx) }), nil, nil
}

// load resolves what an execution is pinned to, or is about to be pinned to.
func (r *Reconciler) load(ctx context.Context, inst *v1alpha1.Instance, e *v1alpha1.PlanExecution, place *lanes.Place) (*execution.Run, *decision.Refusal, error) {
	if !decision.Begun(e) {
		decision.Pin(inst, e)
	}
	v, program, ref, err := r.version(ctx, e.Status.FrameworkVersion, place)
	if ref != nil || err != nil {
		return nil, ref, err
	}
	run := &execution.Run{
		Instance: inst, Execution: e, Version: v, Program: program, Plan: v.Spec.Plan(e.Spec.Plan),
		Rendered: func(took time.Duration) { metrics.Rendered(v.Name, took) },
		Params:   execution.Values(e.Status.Parameters), Previous: execution.Values(e.Status.PreviousParameters), Requires: execution.Values(e.Status.Requires),
	}
	if run.Plan == nil {
		return nil, &decision.Refusal{Reason: v1alpha1.ReasonPlanNotFound, Message: fmt.Sprintf("%s has no plan %q", v.Name, e.Spec.Plan)}, nil
	}
	if decision.Begun(e) {
		run.PlanParams = execution.Values(e.Status.PlanParameters)
		return run, nil, nil
	}
	run.PlanParams, err = program.PlanParams(e.Spec.Plan, execution.Values(e.Spec.Parameters), run.Inputs(plan.Ref{}))
	if ref := refused(v1alpha1.ReasonInvalidParameters, err); ref != nil {
		return nil, ref, nil
	}
	e.Status.PlanParameters = execution.Raw(run.PlanParams)
	return run, nil, nil
}

// observe looks at the objects of the tasks of the running steps.
func (r *Reconciler) observe(ctx context.Context, w *world) {
	for _, ph := range w.Active.Status.Phases {
		for _, s := range ph.Steps {
			if s.State != v1alpha1.Running {
				continue
			}
			for _, t := range s.Tasks {
				if t.State.Terminal() {
					continue
				}
				ref := plan.Ref{Phase: ph.Name, Step: s.Name, Task: t.Name}
				o, err := r.observeTask(ctx, w, ref, &s)
				err = r.graceful(w, ref, "look", err)
				var transient *object.TransientError
				switch {
				case errors.As(err, &transient):
					w.Observed[ref] = plan.Observation{Progress: plan.Waiting, Message: "waiting for the API server: " + err.Error()}
				case err != nil:
					w.Observed[ref] = plan.Observation{Progress: plan.Broken, Message: err.Error()}
				default:
					w.Observed[ref] = o
				}
			}
		}
	}
}
