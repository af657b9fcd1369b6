package decision

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/render"
	"github.com/kudoc/kudoc/internal/runtime/execution"
)

// version makes a FrameworkVersion with the named plans and the parameters a, b (trigger: scale), c (immutable).
func version(name string, plans ...string) *v1alpha1.FrameworkVersion {
	v := &v1alpha1.FrameworkVersion{}
	v.Name = name
	v.Spec.Parameters = []v1alpha1.Parameter{{Name: "a"}, {Name: "b", Trigger: "scale"}, {Name: "c", Immutable: true}, {Name: "d", Trigger: "backup"}}
	for _, p := range plans {
		v.Spec.Plans = append(v.Spec.Plans, v1alpha1.Plan{Name: p})
	}
	return v
}

// applied is the status after a spec was brought about.
func applied(version string, params map[string]any) v1alpha1.InstanceStatus {
	return v1alpha1.InstanceStatus{
		Target:      &v1alpha1.Target{Sequence: 4, FrameworkVersion: version, ParametersDigest: execution.Digest(params), Parameters: execution.Raw(params), Plans: []string{"deploy"}, Done: 1},
		LastApplied: &v1alpha1.AppliedSpec{FrameworkVersion: version, ParametersDigest: execution.Digest(params), Parameters: execution.Raw(params)},
	}
}

type values = map[string]any

func TestWhichPlansBringASpecAbout(t *testing.T) {
	all := []string{"deploy", "update", "upgrade", "scale", "backup"}
	failed := applied("v1", values{"a": "1"})
	failed.Target = &v1alpha1.Target{Sequence: 5, FrameworkVersion: "v1", ParametersDigest: "other", Parameters: execution.Raw(values{"a": "1", "b": "2"}), Plans: []string{"scale"}}
	tests := map[string]struct {
		status  v1alpha1.InstanceStatus
		version *v1alpha1.FrameworkVersion
		params  values
		want    []string // nil: the target stays
		refusal string
	}{
		"a new instance is deployed":                         {v1alpha1.InstanceStatus{}, version("v1", all...), values{}, []string{"deploy"}, ""},
		"nothing changed":                                    {applied("v1", values{"a": "1"}), version("v1", all...), values{"a": "1"}, nil, ""},
		"another version runs upgrade":                       {applied("v1", values{}), version("v2", all...), values{}, []string{"upgrade"}, ""},
		"or else update":                                     {applied("v1", values{}), version("v2", "deploy", "update"), values{}, []string{"update"}, ""},
		"or else deploy":                                     {applied("v1", values{}), version("v2", "deploy"), values{}, []string{"deploy"}, ""},
		"a parameter without a trigger runs update":          {applied("v1", values{"a": "1"}), version("v1", all...), values{"a": "2"}, []string{"update"}, ""},
		"or else deploy, too":                                {applied("v1", values{"a": "1"}), version("v1", "deploy", "scale"), values{"a": "2"}, []string{"deploy"}, ""},
		"a parameter with a trigger runs that plan":          {applied("v1", values{"b": "1"}), version("v1", all...), values{"b": "2"}, []string{"scale"}, ""},
		"a parameter that was removed counts":                {applied("v1", values{"b": "1"}), version("v1", all...), values{}, []string{"scale"}, ""},
		"several run in the framework's order, each once":    {applied("v1", values{}), version("v1", all...), values{"a": "1", "b": "1", "d": "1"}, []string{"update", "scale", "backup"}, ""},
		"a trigger that the version does not have is none":   {applied("v1", values{}), version("v1", "deploy"), values{"b": "1"}, []string{"deploy"}, ""},
		"going back after a failed target undoes its change": {failed, version("v1", all...), values{"a": "1"}, []string{"scale"}, ""},
		"an immutable parameter cannot change": {
			applied("v1", values{"c": 1}), version("v1", all...), values{"c": 2}, nil, `parameter "c" is immutable: 1 cannot become 2`,
		},
		"nor be set later":                        {applied("v1", values{}), version("v1", all...), values{"c": 2}, nil, `parameter "c" is immutable: unset cannot become 2`},
		"but a new version may bring a new one":   {applied("v1", values{}), version("v2", all...), values{"c": 2}, []string{"upgrade"}, ""},
		"a new version cannot change what it had": {applied("v1", values{"c": 1}), version("v2", all...), values{"c": 2}, nil, `parameter "c" is immutable: 1 cannot become 2`},
		"nor be removed":                          {applied("v1", values{"c": "x"}), version("v1", all...), values{}, nil, `parameter "c" is immutable: "x" cannot become unset`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			inst := &v1alpha1.Instance{Status: tt.status}
			target, ref := Retarget(inst, Desire{Version: tt.version, Params: tt.params, Digest: execution.Digest(tt.params)})
			var got []string
			if target != nil {
				got = target.Plans
				if last := tt.status.Target; last != nil && target.Sequence != last.Sequence+1 {
					t.Errorf("sequence %d follows %d", target.Sequence, last.Sequence)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("plans (-want +got):\n%s", diff)
			}
			message := ""
			if ref != nil {
				message = ref.Message
			}
			if diff := cmp.Diff(tt.refusal, message); diff != "" {
				t.Errorf("refusal (-want +got):\n%s", diff)
			}
		})
	}
}

// executionOf makes an execution of an instance in a state; begun ones have a phase.
func executionOf(name, plan string, state v1alpha1.State, age int) *v1alpha1.PlanExecution {
	e := &v1alpha1.PlanExecution{Spec: v1alpha1.PlanExecutionSpec{Instance: "i", Plan: plan}, Status: v1alpha1.PlanExecutionStatus{State: state}}
	e.Name, e.UID, e.CreationTimestamp = name, types.UID(name), metav1.NewTime(time.Unix(int64(100-age), 0))
	if state != "" && state != v1alpha1.Pending {
		e.Status.Phases = []v1alpha1.PhaseStatus{{Name: "p", Steps: []v1alpha1.StepStatus{{Name: "s", Tasks: []v1alpha1.TaskStatus{{Name: plan + "-task"}}}}}}
	}
	return e
}

func TestWhoseTurnItIs(t *testing.T) {
	deployed, fresh := &v1alpha1.Instance{Status: applied("v1", values{})}, &v1alpha1.Instance{Status: applied("v1", values{})}
	fresh.Status.LastApplied = nil
	suspended, deleting := deployed.DeepCopy(), deployed.DeepCopy()
	suspended.Spec.Suspend = true
	deleting.DeletionTimestamp = &metav1.Time{Time: time.Unix(1, 0)}
	retried, cancelled := executionOf("old", "deploy", v1alpha1.Failed, 9), executionOf("c", "backup", "", 5)
	retried.Spec.Retry, cancelled.Spec.Cancel = 1, true
	tests := map[string]struct {
		inst       *v1alpha1.Instance
		executions []*v1alpha1.PlanExecution
		want       string
	}{
		"none if there is none":                       {deployed, nil, ""},
		"the oldest that waits":                       {deployed, []*v1alpha1.PlanExecution{executionOf("a", "backup", "", 2), executionOf("b", "backup", v1alpha1.Pending, 1)}, "a"},
		"the one that runs, although an older waits":  {deployed, []*v1alpha1.PlanExecution{executionOf("a", "backup", "", 2), executionOf("b", "backup", v1alpha1.Running, 1)}, "b"},
		"a suspended one keeps its turn":              {deployed, []*v1alpha1.PlanExecution{executionOf("a", "backup", v1alpha1.Suspended, 2), executionOf("b", "backup", "", 1)}, "a"},
		"finished ones are over":                      {deployed, []*v1alpha1.PlanExecution{executionOf("a", "backup", v1alpha1.Failed, 2), executionOf("b", "backup", v1alpha1.Succeeded, 1)}, ""},
		"a failed one that is to be retried goes on":  {deployed, []*v1alpha1.PlanExecution{retried, executionOf("b", "backup", "", 1)}, "old"},
		"a cancelled one does not begin":              {deployed, []*v1alpha1.PlanExecution{cancelled, executionOf("b", "backup", "", 1)}, "b"},
		"before the first deploy, only deploy":        {fresh, []*v1alpha1.PlanExecution{executionOf("a", "backup", "", 2), executionOf("b", "deploy", "", 1)}, "b"},
		"nothing begins on a suspended instance":      {suspended, []*v1alpha1.PlanExecution{executionOf("a", "backup", "", 2)}, ""},
		"what runs on a suspended instance keeps on":  {suspended, []*v1alpha1.PlanExecution{executionOf("a", "backup", v1alpha1.Running, 2)}, "a"},
		"cleanup waits for the deletion":              {deployed, []*v1alpha1.PlanExecution{executionOf("a", "cleanup", "", 2)}, ""},
		"on deletion only cleanup begins":             {deleting, []*v1alpha1.PlanExecution{executionOf("a", "backup", "", 2), executionOf("b", "cleanup", "", 1)}, "b"},
		"what runs on deletion is there to be ended":  {deleting, []*v1alpha1.PlanExecution{executionOf("a", "backup", v1alpha1.Running, 2)}, "a"},
		"before it has a target, nothing can be done": {&v1alpha1.Instance{}, []*v1alpha1.PlanExecution{executionOf("a", "deploy", "", 2)}, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := ""
			if e := Active(tt.inst, tt.executions); e != nil {
				got = e.Name
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestWhatIsStale(t *testing.T) {
	item := func(name, task string, by types.UID) v1alpha1.InventoryItem {
		return v1alpha1.InventoryItem{Kind: "ConfigMap", Name: name, Task: task, Execution: by}
	}
	v := version("v1", "deploy")
	v.Spec.Tasks = []v1alpha1.Task{{Name: "deploy-task"}, {Name: "other"}}
	inst := &v1alpha1.Instance{}
	inst.Status.Inventory = []v1alpha1.InventoryItem{
		item("applied by it", "deploy-task", "e"), item("left by an older one", "deploy-task", "old"),
		item("of a task that did not run", "other", "old"), item("of a task that is no more", "gone", "old"),
	}
	var got []string
	for _, it := range stale(inst, executionOf("e", "deploy", v1alpha1.Succeeded, 1), v) {
		got = append(got, it.Name)
	}
	if diff := cmp.Diff([]string{"left by an older one", "of a task that is no more"}, got); diff != "" {
		t.Errorf("stale (-want +got):\n%s", diff)
	}
}

func TestHistoryIsBounded(t *testing.T) {
	limit := int32(2)
	inst := &v1alpha1.Instance{Spec: v1alpha1.InstanceSpec{HistoryLimit: &limit}, Status: applied("v1", values{})}
	current := executionOf("current", "deploy", v1alpha1.Succeeded, 50)
	current.Status.TargetSequence = 4
	all := []*v1alpha1.PlanExecution{current}
	for i := range 4 {
		all = append(all, executionOf(fmt.Sprint(i), "backup", v1alpha1.Succeeded, 40-i))
	}
	all = append(all, executionOf("waiting", "backup", "", 1))
	var got []string
	for _, e := range expired(inst, all) {
		got = append(got, e.Name)
	}
	if diff := cmp.Diff([]string{"0", "1"}, got); diff != "" {
		t.Errorf("expired (-want +got):\n%s", diff)
	}
}

// The caches may be behind: an execution that has just ended is still the active one when the next spec is there.
func TestAnInstanceIsNotReadyForASpecThatIsNotTheTargetYet(t *testing.T) {
	for _, state := range []v1alpha1.State{v1alpha1.Suspended, v1alpha1.Succeeded} {
		v, e := version("v1", "deploy", "update", "backup"), executionOf("e", "backup", state, 1)
		inst := &v1alpha1.Instance{Status: applied("v1", values{"a": "1"})}
		inst.Generation = 2
		desired := &Desire{Version: v, Params: values{"a": "2"}, Digest: execution.Digest(values{"a": "2"})}
		run := &execution.Run{Instance: inst, Execution: e, Version: v, Plan: &v1alpha1.Plan{Name: "backup", Phases: []v1alpha1.Phase{{Name: "p", Steps: []v1alpha1.Step{{Name: "s"}}}}}}
		d := Make(&World{Inst: inst, Executions: []*v1alpha1.PlanExecution{e}, Active: e, Run: run, Desire: desired, TargetVersion: v})
		if c := meta.FindStatusCondition(d.Inst.Status.Conditions, v1alpha1.ConditionReady); c.Status != metav1.ConditionFalse || c.ObservedGeneration != 2 {
			t.Errorf("%s: generation %d is Ready=%s: %s", state, c.ObservedGeneration, c.Status, c.Message)
		}
	}
}

func TestASpecThatChangesAsTheDeploySucceedsIsUpdatedNotDeployedAgain(t *testing.T) {
	v, e := version("v1", "deploy", "update"), executionOf("i-deploy-4", "deploy", v1alpha1.Succeeded, 1)
	program, err := render.Load(&v1alpha1.FrameworkVersionSpec{TemplateFormat: "1.0"})
	if err != nil {
		t.Fatal(err)
	}
	inst := &v1alpha1.Instance{Status: applied("v1", values{"a": "1"})}
	inst.Name, inst.Status.LastApplied, inst.Status.Target.Done = "i", nil, 0
	desired := &Desire{Version: v, Params: values{"a": "2"}, Digest: execution.Digest(values{"a": "2"})}
	d := Make(&World{Inst: inst, Executions: []*v1alpha1.PlanExecution{e}, Desire: desired, TargetVersion: v, TargetProgram: program})
	if diff := cmp.Diff([]string{"update"}, d.Inst.Status.Target.Plans); diff != "" {
		t.Errorf("plans of the next target (-want +got):\n%s", diff)
	}
}
