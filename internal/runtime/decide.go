package runtime

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"sort"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// desire is what the spec of an Instance asks for: a version and the effective parameters.
type desire struct {
	version *v1alpha1.FrameworkVersion
	params  map[string]any
	digest  string
}

// refusal says why a spec cannot be brought about.
type refusal struct{ reason, message string }

// retarget decides which plans bring the spec about, comparing it with what was targeted and applied before. It returns
// nil if the target already says so. The comparison uses nothing but spec and status, so no change is ever missed.
func retarget(inst *v1alpha1.Instance, d desire) (*v1alpha1.Target, *refusal) {
	last, applied := inst.Status.Target, inst.Status.LastApplied
	if last != nil && last.FrameworkVersion == d.version.Name && last.ParametersDigest == d.digest {
		return nil, nil
	}
	next := &v1alpha1.Target{Sequence: 1, FrameworkVersion: d.version.Name, ParametersDigest: d.digest, Parameters: raw(d.params)}
	if last != nil {
		next.Sequence = last.Sequence + 1
	}
	if applied == nil {
		next.Plans = []string{v1alpha1.PlanDeploy}
		return next, nil
	}
	changed := diff(object(applied.Parameters), d.params)
	upgrade := applied.FrameworkVersion != d.version.Name || last.FrameworkVersion != d.version.Name
	if r := immutable(d.version, changed, object(applied.Parameters), d.params, upgrade); r != nil {
		return nil, r
	}
	if upgrade {
		next.Plans = []string{firstPlan(d.version, v1alpha1.PlanUpgrade, v1alpha1.PlanUpdate, v1alpha1.PlanDeploy)}
		return next, nil
	}
	// A target that failed half-way may have left its mark, so what changes since then counts as well.
	changed = append(changed, diff(object(last.Parameters), d.params)...)
	next.Plans = triggered(d.version, changed)
	return next, nil
}

// immutable refuses a change of parameters that cannot change. An upgrade may bring new ones.
func immutable(v *v1alpha1.FrameworkVersion, changed []string, from, to map[string]any, upgrade bool) *refusal {
	var parts []string
	for _, p := range v.Spec.Parameters {
		if _, had := from[p.Name]; upgrade && !had {
			continue
		}
		if p.Immutable && slices.Contains(changed, p.Name) {
			parts = append(parts, fmt.Sprintf("parameter %q is immutable: %s cannot become %s", p.Name, show(from, p.Name), show(to, p.Name)))
		}
	}
	if len(parts) == 0 {
		return nil
	}
	return &refusal{v1alpha1.ReasonImmutableParameter, strings.Join(parts, "; ")}
}

func show(params map[string]any, name string) string {
	v, ok := params[name]
	if !ok {
		return "unset"
	}
	b, err := json.Marshal(v)
	if err != nil {
		return "?"
	}
	return string(b)
}

// triggered lists the plans that the changed parameters call for, each once, in the framework's order. A parameter
// without a trigger calls for update, or else deploy.
func triggered(v *v1alpha1.FrameworkVersion, changed []string) []string {
	wanted := map[string]bool{}
	for _, name := range changed {
		trigger := ""
		for _, p := range v.Spec.Parameters {
			if p.Name == name {
				trigger = p.Trigger
			}
		}
		if trigger == "" || v.Spec.Plan(trigger) == nil {
			trigger = firstPlan(v, v1alpha1.PlanUpdate, v1alpha1.PlanDeploy)
		}
		wanted[trigger] = true
	}
	var out []string
	for _, p := range v.Spec.Plans {
		if wanted[p.Name] {
			out = append(out, p.Name)
		}
	}
	return out
}

// firstPlan is the first of the named plans that the version has; deploy is always there.
func firstPlan(v *v1alpha1.FrameworkVersion, names ...string) string {
	for _, n := range names {
		if v.Spec.Plan(n) != nil {
			return n
		}
	}
	return v1alpha1.PlanDeploy
}

// diff lists the names whose values differ, sorted.
func diff(a, b map[string]any) []string {
	var out []string
	for k, v := range a {
		if w, ok := b[k]; !ok || !reflect.DeepEqual(v, w) {
			out = append(out, k)
		}
	}
	for k := range b {
		if _, ok := a[k]; !ok {
			out = append(out, k)
		}
	}
	sort.Strings(out)
	return out
}

// executionName is the name of the execution of a target's plan: the same after every restart.
func executionName(inst *v1alpha1.Instance, t *v1alpha1.Target, plan string) string {
	return fmt.Sprintf("%s-%s-%d", inst.Name, plan, t.Sequence)
}

// latest is the newest execution of a plan for a target, or nil.
func latest(executions []*v1alpha1.PlanExecution, inst *v1alpha1.Instance, t *v1alpha1.Target, plan string) *v1alpha1.PlanExecution {
	var out *v1alpha1.PlanExecution
	for _, e := range executions {
		ours := e.Name == executionName(inst, t, plan)
		if e.Spec.Plan == plan && (ours || e.Status.TargetSequence == t.Sequence) {
			out = e
		}
	}
	return out
}

// active is the execution whose turn it is: the one that runs, or else the oldest that may run. Executions are given in
// the order of their creation.
func active(inst *v1alpha1.Instance, executions []*v1alpha1.PlanExecution) *v1alpha1.PlanExecution {
	for _, e := range executions {
		if begun(e) && (!e.Status.State.Terminal() || reopened(e)) {
			return e
		}
	}
	if inst.Spec.Suspend {
		return nil
	}
	for _, e := range executions {
		if !begun(e) && !e.Status.State.Terminal() && !e.Spec.Cancel && !e.Spec.Suspend && blocked(inst, e) == nil {
			return e
		}
	}
	return nil
}

func begun(e *v1alpha1.PlanExecution) bool { return len(e.Status.Phases) > 0 }

// reopened says whether a person asked to go on with a failed execution.
func reopened(e *v1alpha1.PlanExecution) bool {
	return e.Status.State == v1alpha1.Failed && !e.Spec.Cancel && e.Spec.Retry > e.Status.RetriesSeen
}

// blocked says why an execution that has not begun cannot begin, whatever else runs.
func blocked(inst *v1alpha1.Instance, e *v1alpha1.PlanExecution) *refusal {
	deleting := inst.DeletionTimestamp != nil
	switch {
	case deleting != (e.Spec.Plan == v1alpha1.PlanCleanup):
		if deleting {
			return &refusal{v1alpha1.ReasonDeleting, "the instance is being deleted"}
		}
		return &refusal{v1alpha1.ReasonDeleting, "cleanup runs when the instance is deleted"}
	case inst.Status.Target == nil:
		return &refusal{v1alpha1.ReasonNotDeployed, "the instance has not been deployed yet"}
	case inst.Status.LastApplied == nil && e.Spec.Plan != v1alpha1.PlanDeploy && e.Spec.Plan != v1alpha1.PlanCleanup:
		return &refusal{v1alpha1.ReasonNotDeployed, "the instance has not been deployed yet"}
	}
	return nil
}

// pin says which version and parameters an execution runs with: the target's if it brings the target about, or else
// those in force.
func pin(inst *v1alpha1.Instance, e *v1alpha1.PlanExecution) (version string, params *runtime.RawExtension, sequence int64) {
	t, applied := inst.Status.Target, inst.Status.LastApplied
	pending := int(t.Done) < len(t.Plans) && t.Plans[t.Done] == e.Spec.Plan
	if pending || applied == nil {
		return t.FrameworkVersion, t.Parameters, t.Sequence
	}
	return applied.FrameworkVersion, applied.Parameters, 0
}

// stale lists what a successful execution should have applied again and did not: it is pruned. What a skipped step would
// have applied stays.
func stale(inst *v1alpha1.Instance, e *v1alpha1.PlanExecution, v *v1alpha1.FrameworkVersion) []v1alpha1.InventoryItem {
	ran := map[string]bool{}
	for _, ph := range e.Status.Phases {
		for _, s := range ph.Steps {
			for _, t := range s.Tasks {
				ran[t.Name] = ran[t.Name] || s.State != v1alpha1.Skipped
			}
		}
	}
	var out []v1alpha1.InventoryItem
	for _, it := range inst.Status.Inventory {
		gone := v.Spec.Task(it.Task) == nil
		if it.Execution != e.UID && (gone || ran[it.Task]) {
			out = append(out, it)
		}
	}
	return out
}

// expired lists finished executions beyond the history limit, oldest first. The one that brought the target about stays.
func expired(inst *v1alpha1.Instance, executions []*v1alpha1.PlanExecution) []*v1alpha1.PlanExecution {
	limit := 10
	if inst.Spec.HistoryLimit != nil {
		limit = int(*inst.Spec.HistoryLimit)
	}
	var finished []*v1alpha1.PlanExecution
	for _, e := range executions {
		current := inst.Status.Target != nil && e.Status.TargetSequence == inst.Status.Target.Sequence
		if e.Status.State.Terminal() && !reopened(e) && !current {
			finished = append(finished, e)
		}
	}
	return finished[:max(0, len(finished)-limit)]
}

// raw stores effective parameters.
func raw(params map[string]any) *runtime.RawExtension {
	b, err := json.Marshal(params)
	if err != nil { // they came out of JSON types
		return nil
	}
	return &runtime.RawExtension{Raw: b}
}
