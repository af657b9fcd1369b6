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
	"github.com/kudoc/kudoc/internal/runtime/execution"
	"github.com/kudoc/kudoc/internal/runtime/object"
	"github.com/kudoc/kudoc/internal/runtime/plan"
)

// world is everything that a decision about one Instance depends on.
type world struct {
	inst *v1alpha1.Instance
	// objects is how the objects of the Instance are read and written.
	objects object.Access
	// executions of the Instance, oldest first.
	executions []*v1alpha1.PlanExecution
	// desire is what the spec asks for; nil with a refusal that says why not.
	desire  *desire
	refusal *refusal
	// active is the execution whose turn it is, read from the API server, not from a cache: a stale one would run a
	// finished Job again.
	active *v1alpha1.PlanExecution
	// run is active with what it is pinned to; nil with runRefusal that says why not.
	run        *execution.Run
	runRefusal *refusal
	// observed holds what is known of the tasks of the running steps of run.
	observed map[plan.Ref]plan.Observation
	// targetVersion and targetProgram are those of the target; nil if the version does not exist.
	targetVersion *v1alpha1.FrameworkVersion
	targetProgram *render.Program
	// recorded are the executions as they are stored, by name.
	recorded map[string]*v1alpha1.PlanExecution
	// uids are those of the objects that were seen; gone are those that were to be deleted and are not there any more.
	uids map[object.Identity]types.UID
	// fields are digests of what kudoc owns of the objects that are healthy.
	fields map[object.Identity]string
	// drift says what others have changed of what is in force.
	drift []string
	gone  map[object.Identity]bool
	// barred says what may not be read of what is to be deleted, and what to do about it.
	barred string
	// now is the time of the decision.
	now time.Time
	// namespaceEnding says that nothing more can be made in the namespace of a deleted Instance.
	namespaceEnding bool
	// dependents are the Instances that require a deleted Instance.
	dependents []string
}

// gather does every read. It returns nil if the Instance does not exist.
func (r *Reconciler) gather(ctx context.Context, key types.NamespacedName) (*world, error) {
	w := &world{
		inst: &v1alpha1.Instance{}, observed: map[plan.Ref]plan.Observation{}, recorded: map[string]*v1alpha1.PlanExecution{},
		uids: map[object.Identity]types.UID{}, fields: map[object.Identity]string{}, gone: map[object.Identity]bool{}, now: r.Now(),
	}
	if err := r.Get(ctx, key, w.inst); err != nil {
		if apierrors.IsNotFound(err) {
			return nil, nil
		}
		return nil, fmt.Errorf("read instance: %w", err)
	}
	var err error
	if w.objects, err = r.access(w.inst); err != nil {
		return nil, err
	}
	if w.executions, err = r.executions(ctx, key); err != nil {
		return nil, err
	}
	if w.desire, w.refusal, err = r.desire(ctx, w.inst); err != nil {
		return nil, err
	}
	if t := w.inst.Status.Target; t != nil {
		if w.targetVersion, w.targetProgram, _, err = r.version(ctx, t.FrameworkVersion); err != nil {
			return nil, err
		}
	}
	if err := r.gatherActive(ctx, w); err != nil {
		return nil, err
	}
	if w.inst.DeletionTimestamp != nil {
		ns := &corev1.Namespace{}
		if err := r.Reader.Get(ctx, types.NamespacedName{Name: key.Namespace}, ns); err != nil {
			return nil, fmt.Errorf("read namespace: %w", err)
		}
		w.namespaceEnding = ns.DeletionTimestamp != nil
		if w.dependents, err = r.dependents(ctx, key); err != nil {
			return nil, err
		}
	}
	for _, e := range w.executions {
		if w.recorded[e.Name] == nil {
			w.recorded[e.Name] = e
		}
	}
	if err := r.lookForDrift(ctx, w); err != nil {
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

// gatherActive reads the execution whose turn it is, what it is pinned to, and the objects of its running steps.
func (r *Reconciler) gatherActive(ctx context.Context, w *world) error {
	candidate := active(w.inst, w.executions)
	if candidate == nil {
		return nil
	}
	w.active = &v1alpha1.PlanExecution{}
	if err := r.Reader.Get(ctx, client.ObjectKeyFromObject(candidate), w.active); err != nil {
		return fmt.Errorf("read execution: %w", err)
	}
	w.now = r.clocks.of(w.active.UID, w.now)
	w.recorded[w.active.Name] = w.active.DeepCopy()
	w.executions[slices.Index(w.executions, candidate)] = w.active
	var err error
	if w.run, w.runRefusal, err = r.load(ctx, w.inst, w.active); err != nil || w.run == nil {
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
	slices.SortFunc(out, func(a, b *v1alpha1.PlanExecution) int {
		if c := a.CreationTimestamp.Compare(b.CreationTimestamp.Time); c != 0 {
			return c
		}
		return strings.Compare(a.Name, b.Name)
	})
	return out, nil
}

// desire reads what the spec asks for.
func (r *Reconciler) desire(ctx context.Context, inst *v1alpha1.Instance) (*desire, *refusal, error) {
	v, program, ref, err := r.version(ctx, inst.Spec.FrameworkVersion)
	if ref != nil || err != nil {
		return nil, ref, err
	}
	params, err := program.Params(execution.WithGenerated(v.Spec.Parameters, inst.Name, execution.Values(inst.Spec.Parameters)))
	if ref := invalid(err); ref != nil {
		return nil, ref, nil
	}
	requires, ref, err := r.required(ctx, inst, v, program)
	if ref != nil || err != nil {
		return nil, ref, err
	}
	return &desire{version: v, params: params, digest: execution.Digest(params), requires: requires}, nil, nil
}

// invalid turns the error about parameters into a refusal.
func invalid(err error) *refusal {
	if err == nil {
		return nil
	}
	return &refusal{reason: v1alpha1.ReasonInvalidParameters, message: err.Error()}
}

// version reads a FrameworkVersion and its program.
func (r *Reconciler) version(ctx context.Context, name string) (*v1alpha1.FrameworkVersion, *render.Program, *refusal, error) {
	v := &v1alpha1.FrameworkVersion{}
	if err := r.Get(ctx, types.NamespacedName{Name: name}, v); apierrors.IsNotFound(err) {
		return nil, nil, &refusal{reason: v1alpha1.ReasonFrameworkVersionNotFound, message: fmt.Sprintf("there is no FrameworkVersion %q", name)}, nil
	} else if err != nil {
		return nil, nil, nil, fmt.Errorf("read framework version: %w", err)
	}
	program, err := r.programs.load(v)
	if err != nil {
		return nil, nil, &refusal{reason: v1alpha1.ReasonFrameworkVersionInvalid, message: fmt.Sprintf("FrameworkVersion %q: %v", name, err)}, nil
	}
	return v, program, nil, nil
}

// load resolves what an execution is pinned to, or is about to be pinned to.
func (r *Reconciler) load(ctx context.Context, inst *v1alpha1.Instance, e *v1alpha1.PlanExecution) (*execution.Run, *refusal, error) {
	if !begun(e) {
		pin(inst, e)
	}
	v, program, ref, err := r.version(ctx, e.Status.FrameworkVersion)
	if ref != nil || err != nil {
		return nil, ref, err
	}
	run := &execution.Run{
		Instance: inst, Execution: e, Version: v, Program: program, Plan: v.Spec.Plan(e.Spec.Plan),
		Params: execution.Values(e.Status.Parameters), Previous: execution.Values(e.Status.PreviousParameters), Requires: execution.Values(e.Status.Requires),
	}
	if run.Plan == nil {
		return nil, &refusal{reason: v1alpha1.ReasonPlanNotFound, message: fmt.Sprintf("%s has no plan %q", v.Name, e.Spec.Plan)}, nil
	}
	if begun(e) {
		run.PlanParams = execution.Values(e.Status.PlanParameters)
		return run, nil, nil
	}
	run.PlanParams, err = program.PlanParams(e.Spec.Plan, execution.Values(e.Spec.Parameters), run.Inputs(plan.Ref{}))
	if ref := invalid(err); ref != nil {
		return nil, ref, nil
	}
	e.Status.PlanParameters = raw(run.PlanParams)
	return run, nil, nil
}

// observe looks at the objects of the tasks of the running steps.
func (r *Reconciler) observe(ctx context.Context, w *world) {
	for _, ph := range w.active.Status.Phases {
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
				var transient *object.TransientError
				switch {
				case errors.As(err, &transient):
					w.observed[ref] = plan.Observation{Progress: plan.Waiting, Message: "waiting for the API server: " + err.Error()}
				case err != nil:
					w.observed[ref] = plan.Observation{Progress: plan.Broken, Message: err.Error()}
				default:
					w.observed[ref] = o
				}
			}
		}
	}
}
