package known

import (
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

func TestARowOfRefusalsIsForgottenWithItsExecution(t *testing.T) {
	f, now := &Refusals{}, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	refused := apierrors.NewForbidden(schema.GroupResource{Resource: "configmaps"}, "a", nil)
	key := Refusal{Execution: "e", Verb: "Start"}
	f.Since(key, refused, now)
	if got := f.Since(key, refused, now.Add(time.Minute)); !got.Equal(now) {
		t.Errorf("the row began at %s", got)
	}
	f.Forget("e")
	if len(f.m) > 0 {
		t.Errorf("%v is kept", f.m)
	}
}
