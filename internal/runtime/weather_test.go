package runtime_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// A fifth of all requests fails, half of them after they have been carried out, and every watch is cut after some seconds.
// All plans end as if nothing had been.
func TestPlansEndRightAlthoughRequestsFailAndWatchesAreCut(t *testing.T) {
	c, y := newChaos(t), &tally{}
	t.Cleanup(func() { y.report(t, c) })
	n := 2
	if c.full {
		n = 12
	}
	for name, http2 := range map[string]bool{"over HTTP/1.1": false, "over HTTP/2": true} {
		t.Run(name, func(t *testing.T) {
			k := connect(t)
			k.under(c, y, 0.2, http2).start(nil)
			k.weatherAll(n, y)
		})
	}
}

// weather takes an Instance through its plans and says whether all of them ended right.
func (k *cluster) weather(inst *v1alpha1.Instance, y *tally) bool {
	deployed := func(ctx context.Context) error { return isDeployed(ctx, k, inst) }
	for _, params := range []string{`{"extra": false, "greeting": "bye"}`, `{"greeting": "again", "replicas": 2}`} {
		if !k.soon(inst.Name+" is deployed", deployed) {
			return false
		}
		patch := client.RawPatch("application/merge-patch+json", fmt.Appendf(nil, `{"spec":{"parameters":%s}}`, params))
		if err := k.c.Patch(k.t.Context(), inst, patch); err != nil {
			k.t.Error(err)
			return false
		}
	}
	e := &v1alpha1.PlanExecution{Spec: v1alpha1.PlanExecutionSpec{Instance: inst.Name, Plan: "rerun"}}
	e.Namespace, e.Name = k.namespace, inst.Name+"-again"
	if !k.soon(inst.Name+" is deployed", deployed) {
		return false
	}
	if err := k.c.Create(k.t.Context(), e); err != nil {
		k.t.Error(err)
		return false
	}
	if !k.soon(e.Name+" has ended", func(ctx context.Context) error {
		if err := k.c.Get(ctx, client.ObjectKeyFromObject(e), e); err != nil {
			return err
		}
		if !e.Status.State.Terminal() {
			return fmt.Errorf("it is %s: %s", e.Status.State, e.Status.Message)
		}
		return nil
	}) {
		return false
	}
	want := []string{"rerun:Succeeded", "deploy:Succeeded", "scale:Succeeded", "update:Succeeded", "update:Succeeded"}
	got := k.plans(inst.Name)
	y.plans.Add(int64(len(got)))
	right := true
	if diff := cmp.Diff(want, got); diff != "" {
		k.t.Errorf("%s: executions, by name (-want +got):\n%s", inst.Name, diff)
		right = false
	}
	if jobs := k.jobsMade(inst.Name + "-"); jobs != 2 {
		k.t.Errorf("%s: %d Jobs were made, want 2", inst.Name, jobs)
		right = false
	}
	if cm := k.configMap(inst.Name + "-config"); cm == nil || cm.Data["greeting"] != "again" || k.configMap(inst.Name+"-extra") != nil {
		k.t.Errorf("%s: the objects are not those of the spec", inst.Name)
		right = false
	}
	return right
}
