package runtime

import (
	"errors"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kudoc/kudoc/internal/runtime/decision"
	"github.com/kudoc/kudoc/internal/runtime/execution"
	"github.com/kudoc/kudoc/internal/runtime/object"
	"github.com/kudoc/kudoc/internal/runtime/plan"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// An API server that has just started refuses what it allows a moment later: that fails no step, however long that has run.
func TestARefusalFailsAStepOnlyIfItLasts(t *testing.T) {
	refused := apierrors.NewForbidden(schema.GroupResource{Resource: "configmaps"}, "a", errors.New("no"))
	r, began := &Reconciler{}, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	e := &v1alpha1.PlanExecution{}
	e.UID = "e"
	for _, move := range []struct {
		after time.Duration // from the start of the step
		err   error
		fails bool
	}{
		{time.Hour, refused, false},
		{time.Hour + 5*time.Second, nil, false},
		{time.Hour + 20*time.Second, refused, false}, // another one
		{time.Hour + 30*time.Second, refused, false},
		{time.Hour + 34*time.Second, apierrors.NewServiceUnavailable("it starts"), false},
		{time.Hour + 36*time.Second, refused, false}, // nobody was refused in between
		{time.Hour + 50*time.Second, refused, false},
		{time.Hour + 52*time.Second, refused, true},
	} {
		w := &world{World: decision.World{Run: &execution.Run{Execution: e}, Now: began.Add(move.after)}}
		err := r.graceful(w, plan.Ref{Task: "t"}, "look", move.err)
		var transient *object.TransientError
		if fails := err != nil && !errors.As(err, &transient); fails != move.fails {
			t.Errorf("after %s: %v: fails %v, want %v", move.after, move.err, fails, move.fails)
		}
	}
}
