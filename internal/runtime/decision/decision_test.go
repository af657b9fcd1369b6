package decision

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/render"
	"github.com/kudoc/kudoc/internal/runtime/execution"
)

var then = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// deciding is the decision about a world.
func deciding(w *World) *Decision {
	w.Now = then
	return Make(w)
}

// worldOf is a world in which the spec asks for version v1 with some parameters, and what its executions run is not known.
func worldOf(t *testing.T, status v1alpha1.InstanceStatus, params values, executions ...*v1alpha1.PlanExecution) *World {
	t.Helper()
	v := version("v1", "deploy", "update", "scale", "backup")
	v.Spec.TemplateFormat = "1.0"
	program, err := render.Load(&v1alpha1.FrameworkVersionSpec{TemplateFormat: "1.0"})
	if err != nil {
		t.Fatal(err)
	}
	w := &World{
		Inst: &v1alpha1.Instance{Status: status}, Executions: executions, TargetVersion: v, TargetProgram: program,
		Desire: &Desire{Version: v, Params: params, Digest: execution.Digest(params)},
	}
	w.Inst.Name = "i"
	w.Active = Active(w.Inst, executions)
	w.RunRefusal = &Refusal{Reason: v1alpha1.ReasonFrameworkVersionNotFound, Message: "there is no v1"}
	return w
}

func deleted(w *World) *World {
	w.Inst.DeletionTimestamp = &metav1.Time{Time: then}
	w.Active = Active(w.Inst, w.Executions)
	return w
}

func TestAChangeDuringAPlanWaitsAndOnlyTheNewestCounts(t *testing.T) {
	running := executionOf("b", "backup", v1alpha1.Running, 1)
	status := applied("v1", values{"a": "1"})
	for _, newer := range []values{{"a": "2"}, {"a": "3"}} {
		d := deciding(worldOf(t, status, newer, running))
		if got := d.Inst.Status.Target.Sequence; got != 4 || d.Create != nil {
			t.Errorf("while a plan runs, the target is %d and %v is made", got, d.Create)
		}
	}
	running.Status.State = v1alpha1.Succeeded
	d := deciding(worldOf(t, status, values{"a": "3"}, running))
	if got := d.Inst.Status.Target; got.Sequence != 5 || string(got.Parameters.Raw) != `{"a":"3"}` {
		t.Errorf("after it, the target is %d with %s", got.Sequence, got.Parameters.Raw)
	}
	if d.Create == nil || d.Create.Name != "i-update-5" {
		t.Errorf("after it, %v is made", d.Create)
	}
}

func TestPlansOfAChangeRunOneAfterTheOther(t *testing.T) {
	status := applied("v1", values{})
	status.Target.Plans, status.Target.Done = []string{"update", "scale"}, 0
	first := executionOf("i-update-4", "update", v1alpha1.Succeeded, 2)
	first.Status.TargetSequence = 4
	d := deciding(worldOf(t, status, values{}, first))
	if d.Create == nil || d.Create.Name != "i-scale-4" || d.Inst.Status.Target.Done != 1 {
		t.Errorf("after the first plan %v is made, and %d plans are done", d.Create, d.Inst.Status.Target.Done)
	}
	first.Status.State = v1alpha1.Failed
	if d := deciding(worldOf(t, status, values{}, first)); d.Create != nil || d.Inst.Status.Target.Done != 0 {
		t.Errorf("after a failed plan %v is made, and %d plans are done", d.Create, d.Inst.Status.Target.Done)
	}
}

func TestWhyAnExecutionHasNotBegun(t *testing.T) {
	waiting := func(edit func(*v1alpha1.PlanExecution)) *v1alpha1.PlanExecution {
		e := executionOf("e", "backup", "", 1)
		edit(e)
		return e
	}
	plain := func(*v1alpha1.PlanExecution) {}
	running := executionOf("r", "backup", v1alpha1.Running, 2)
	fresh := applied("v1", values{})
	fresh.LastApplied = nil
	for name, tc := range map[string]struct {
		e       *v1alpha1.PlanExecution
		status  v1alpha1.InstanceStatus
		edit    func(*World)
		state   v1alpha1.State
		message string
	}{
		"another one runs":               {waiting(plain), applied("v1", values{}), func(*World) {}, v1alpha1.Pending, "WaitingForExecution: waiting for execution r"},
		"nothing is deployed yet":        {waiting(plain), fresh, func(*World) {}, v1alpha1.Pending, "NotDeployed: the instance has not been deployed yet"},
		"it is suspended":                {waiting(func(e *v1alpha1.PlanExecution) { e.Spec.Suspend = true }), applied("v1", values{}), func(*World) {}, v1alpha1.Suspended, "Suspended: suspended by request"},
		"the instance is suspended":      {waiting(plain), applied("v1", values{}), func(w *World) { w.Inst.Spec.Suspend = true }, v1alpha1.Suspended, "Suspended: suspended by request"},
		"it was cancelled":               {waiting(func(e *v1alpha1.PlanExecution) { e.Spec.Cancel = true }), applied("v1", values{}), func(*World) {}, v1alpha1.Cancelled, "Cancelled: cancelled before it began"},
		"the spec has changed since":     {waiting(func(e *v1alpha1.PlanExecution) { e.Labels = map[string]string{v1alpha1.LabelTarget: "3"} }), applied("v1", values{}), func(*World) {}, v1alpha1.Cancelled, "Superseded: the spec changed before it began"},
		"the instance is being deleted":  {waiting(plain), applied("v1", values{}), func(w *World) { deleted(w) }, v1alpha1.Cancelled, "Deleting: the instance is being deleted"},
		"cleanup is not run by hand":     {waiting(func(e *v1alpha1.PlanExecution) { e.Spec.Plan = "cleanup" }), applied("v1", values{}), func(*World) {}, v1alpha1.Pending, "Deleting: cleanup runs when the instance is deleted"},
		"its version is not there (yet)": {waiting(func(e *v1alpha1.PlanExecution) { e.Name = "r" }), applied("v1", values{}), func(*World) {}, v1alpha1.Running, "FrameworkVersionNotFound: there is no v1"},
	} {
		executions := []*v1alpha1.PlanExecution{running.DeepCopy(), tc.e}
		if tc.e.Name == "r" {
			executions = executions[:1]
		}
		w := worldOf(t, tc.status, values{}, executions...)
		tc.edit(w)
		got := deciding(w).Execution(tc.e.Name).Status
		if diff := cmp.Diff(string(tc.state)+" "+tc.message, string(got.State)+" "+got.Reason+": "+got.Message); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestWhatARunIsPinnedTo(t *testing.T) {
	before, after := values{"a": "1"}, values{"a": "2"}
	changing := applied("v1", before)
	changing.Target = &v1alpha1.Target{Sequence: 5, FrameworkVersion: "v2", Parameters: execution.Raw(after), Plans: []string{"upgrade"}}
	fresh := changing.DeepCopy()
	fresh.LastApplied = nil
	for name, tc := range map[string]struct {
		status         v1alpha1.InstanceStatus
		plan           string
		version, param string
		previous       bool
		sequence       int64
	}{
		"the plan of a change runs with the change":              {changing, "upgrade", "v2", `{"a":"2"}`, true, 5},
		"another one with what is in force":                      {changing, "backup", "v1", `{"a":"1"}`, true, 0},
		"before anything is in force, there is only the target":  {*fresh, "deploy", "v2", `{"a":"2"}`, false, 5},
		"when nothing changes, every plan with what is in force": {applied("v1", before), "deploy", "v1", `{"a":"1"}`, true, 0},
	} {
		e := executionOf("e", tc.plan, "", 1)
		Pin(&v1alpha1.Instance{Status: tc.status}, e)
		st := e.Status
		if st.FrameworkVersion != tc.version || string(st.Parameters.Raw) != tc.param || (st.PreviousParameters != nil) != tc.previous || st.TargetSequence != tc.sequence {
			t.Errorf("%s: %s %s, previous %v, target %d", name, st.FrameworkVersion, st.Parameters.Raw, st.PreviousParameters, st.TargetSequence)
		}
	}
}

func TestHowADeletionGoes(t *testing.T) {
	items := []v1alpha1.InventoryItem{
		{Kind: "ConfigMap", Name: "1", Task: "config"}, {Kind: "Service", Name: "2", Task: "server"}, {Kind: "StatefulSet", Name: "3", Task: "server"},
	}
	swept := func(s v1alpha1.State, cancel bool) *v1alpha1.PlanExecution {
		e := executionOf("i-cleanup-4", "cleanup", s, 1)
		e.Spec.Cancel = cancel
		return e
	}
	for name, tc := range map[string]struct {
		edit func(*World)
		want string // what is made, deleted and let go of
	}{
		"cleanup comes first":                    {func(*World) {}, "run i-cleanup-4"},
		"it is waited for":                       {func(w *World) { w.Executions = append(w.Executions, swept(v1alpha1.Running, false)) }, ""},
		"a failed one waits for a person":        {func(w *World) { w.Executions = append(w.Executions, swept(v1alpha1.Failed, false)) }, ""},
		"a cancelled one does not":               {func(w *World) { w.Executions = append(w.Executions, swept(v1alpha1.Cancelled, true)) }, "delete StatefulSet/3 Service/2"},
		"nor a failed one that is cancelled":     {func(w *World) { w.Executions = append(w.Executions, swept(v1alpha1.Failed, true)) }, "delete StatefulSet/3 Service/2"},
		"what was applied last is deleted first": {func(w *World) { w.Executions = append(w.Executions, swept(v1alpha1.Succeeded, false)) }, "delete StatefulSet/3 Service/2"},
		"without such a plan nothing runs":       {func(w *World) { w.TargetVersion.Spec.Plans = w.TargetVersion.Spec.Plans[:4] }, "delete StatefulSet/3 Service/2"},
		"nor in a namespace that is ending":      {func(w *World) { w.NamespaceEnding = true }, "delete StatefulSet/3 Service/2"},
		"without its version nothing can run":    {func(w *World) { w.TargetVersion = nil }, "delete StatefulSet/3 Service/2"},
		"what others require is not deleted":     {func(w *World) { w.Dependents = []string{"guest"} }, ""},
		"with nothing to clean up it just goes":  {func(w *World) { w.Inst.Status.Inventory = nil }, "go"},
		"orphans are let go, and nothing is run": {func(w *World) { w.Inst.Spec.DeletionPolicy = v1alpha1.DeletionOrphan }, "let go ConfigMap/1 Service/2 StatefulSet/3 go"},
		"data is retained, the rest is deleted": {func(w *World) {
			w.Inst.Spec.DeletionPolicy, w.NamespaceEnding = v1alpha1.DeletionRetain, true
			w.Inst.Status.Inventory = append(slices.Clone(items), v1alpha1.InventoryItem{Kind: "PersistentVolumeClaim", Name: "data", Task: "server"})
		}, "delete StatefulSet/3 Service/2 let go PersistentVolumeClaim/data"},
		"to retain data, too, cleanup comes first": {func(w *World) { w.Inst.Spec.DeletionPolicy = v1alpha1.DeletionRetain }, "run i-cleanup-4"},
		"with nothing but data left it just goes": {func(w *World) {
			w.Inst.Spec.DeletionPolicy, w.NamespaceEnding = v1alpha1.DeletionRetain, true
			w.Inst.Status.Inventory = []v1alpha1.InventoryItem{{Kind: "PersistentVolumeClaim", Name: "data", Task: "server"}}
		}, "let go PersistentVolumeClaim/data go"},
		"before anything was made, it just goes":   {func(w *World) { w.Inst.Status = v1alpha1.InstanceStatus{} }, "go"},
		"the last group is followed by the others": {func(w *World) { w.NamespaceEnding, w.Inst.Status.Inventory = true, items[:1] }, "delete ConfigMap/1"},
	} {
		w := worldOf(t, applied("v1", values{}), values{})
		w.TargetVersion = version("v1", "deploy", "update", "scale", "backup", "cleanup")
		w.Inst.Status.Inventory = items
		tc.edit(w)
		if diff := cmp.Diff(tc.want, deletion(deciding(deleted(w)))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// deletion is what a decision does about a deletion.
func deletion(d *Decision) string {
	var out []string
	if d.Create != nil {
		out = append(out, "run "+d.Create.Name)
	}
	list := func(verb string, items []v1alpha1.InventoryItem) {
		for i, it := range items {
			if i == 0 {
				out = append(out, verb)
			}
			out = append(out, it.Kind+"/"+it.Name)
		}
	}
	list("delete", d.Doomed)
	list("let go", d.Orphan)
	if d.Release {
		out = append(out, "go")
	}
	return strings.Join(out, " ")
}

func TestAnInstanceOfTheSameNameBeginsAnew(t *testing.T) {
	left := executionOf("i-deploy-1", "deploy", v1alpha1.Succeeded, 9)
	left.Labels, left.Status.TargetSequence = map[string]string{v1alpha1.LabelTarget: "1"}, 1
	byHand := executionOf("mine", "deploy", v1alpha1.Succeeded, 8)
	byHand.Status.TargetSequence = 2
	for name, tc := range map[string]struct {
		executions []*v1alpha1.PlanExecution
		want       string
	}{
		"there was none":                        {nil, "i-deploy-1"},
		"one was there, and its execution is":   {[]*v1alpha1.PlanExecution{left}, "i-deploy-2"},
		"it was deployed again by a person":     {[]*v1alpha1.PlanExecution{left, byHand}, "i-deploy-3"},
		"somebody wants a backup once it is up": {[]*v1alpha1.PlanExecution{executionOf("e", "backup", "", 1)}, "i-deploy-1"},
	} {
		d := deciding(worldOf(t, v1alpha1.InstanceStatus{}, values{}, tc.executions...))
		if d.Create == nil || d.Create.Name != tc.want || d.Inst.Status.LastApplied != nil {
			t.Errorf("%s: %v is made, and %v is in force", name, d.Create, d.Inst.Status.LastApplied)
		}
	}
}

func TestADeletionCancelsThePlanThatRuns(t *testing.T) {
	for _, plan := range []string{"backup", "deploy"} {
		e := executionOf("e", plan, v1alpha1.Running, 1)
		w := deleted(worldOf(t, applied("v1", values{}), values{}, e))
		w.Inst.Status.Inventory = []v1alpha1.InventoryItem{{Kind: "ConfigMap", Name: "1", Task: "config"}}
		w.RunRefusal, w.Run = nil, &execution.Run{Instance: w.Inst, Execution: e, Version: w.TargetVersion, Plan: &v1alpha1.Plan{
			Name: plan, Phases: []v1alpha1.Phase{{Name: "p", Steps: []v1alpha1.Step{{Name: "s", Tasks: []string{plan + "-task"}}}}},
		}}
		d := deciding(w)
		if got := d.Execution("e").Status; got.State != v1alpha1.Cancelled || len(d.Actions) > 0 {
			t.Errorf("plan %s is %s, and %v is done", plan, got.State, d.Actions)
		}
	}
}
