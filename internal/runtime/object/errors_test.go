package object

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

var (
	configMaps = schema.GroupResource{Resource: "configmaps"}
	noMatch    = &meta.NoKindMatchError{GroupKind: schema.GroupKind{Kind: "Thing"}}
	taken      = &apierrors.StatusError{ErrStatus: metav1.Status{Code: 409, Reason: metav1.StatusReasonConflict, Details: &metav1.StatusDetails{Causes: []metav1.StatusCause{
		{Type: metav1.CauseTypeFieldManagerConflict, Field: ".spec.replicas", Message: `conflict with "autoscaler"`},
	}}}}
)

func invalidObject(message string) error {
	return apierrors.NewInvalid(schema.GroupKind{Kind: "ConfigMap"}, "a", field.ErrorList{field.Forbidden(field.NewPath("spec"), message)})
}

func TestErrorsThatGoAwayUseUpNoAttempt(t *testing.T) {
	const young, old = time.Second, time.Minute
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, tc := range map[string]struct {
		err  error
		age  time.Duration // since it was seen first
		want bool
	}{
		"somebody wrote at the same time":             {apierrors.NewConflict(configMaps, "a", errors.New("newer")), old, true},
		"the API server has too much to do":           {apierrors.NewTooManyRequests("later", 1), old, true},
		"the API server took too long":                {apierrors.NewTimeoutError("slow", 1), old, true},
		"a webhook or the API server is down":         {apierrors.NewInternalError(errors.New("failed calling webhook")), old, true},
		"the network is down":                         {fmt.Errorf("get: %w", &net.OpError{Op: "dial", Err: context.DeadlineExceeded}), old, true},
		"a field belongs to another manager":          {taken, young, false},
		"the object is invalid":                       {invalidObject("no"), young, false},
		"a permission may be about to come":           {apierrors.NewForbidden(configMaps, "a", errors.New("no")), young, true},
		"a permission that does not come":             {apierrors.NewForbidden(configMaps, "a", errors.New("no")), old, false},
		"a kind may be about to be defined":           {noMatch, young, true},
		"a kind that nobody defines":                  {noMatch, old, false},
		"a namespace may be about to be made":         {apierrors.NewNotFound(schema.GroupResource{Resource: "namespaces"}, "a"), young, true},
		"a template that cannot be rendered stays so": {errors.New("no such key: a"), young, false},
		"a namespace that nobody makes":               {apierrors.NewNotFound(schema.GroupResource{Resource: "namespaces"}, "a"), old, false},
		"an error of the server without a name":       {&apierrors.StatusError{ErrStatus: metav1.Status{Code: 599}}, old, true},
	} {
		var transient *TransientError
		if got := errors.As(Graceful(tc.err, now.Add(-tc.age), now), &transient); got != tc.want {
			t.Errorf("%s: goes away: %v, want %v", name, got, tc.want)
		}
	}
}

func TestWhatTheAPIServerRefusesIsExplained(t *testing.T) {
	for name, tc := range map[string]struct {
		err  error
		want []string
	}{
		"the manager and the field of a conflict": {taken, []string{"Deployment/ns/a", ".spec.replicas", "autoscaler", "let that manager go of the field"}},
		"a field that cannot change":              {invalidObject("field is immutable"), []string{"cannot be changed in place", "immutable", "delete it in an earlier step"}},
		"a StatefulSet that cannot change":        {invalidObject("updates to statefulset spec for fields other than ..."), []string{"cannot be changed in place"}},
		"a service account that may not":          {apierrors.NewForbidden(configMaps, "a", errors.New(`User "system:serviceaccount:ns:tenant" cannot`)), []string{"tenant", "bind the service account to a role"}},
		"everything else in its own words":        {invalidObject("must be blue"), []string{"Deployment/ns/a: ", "must be blue"}},
	} {
		got := Explain("Deployment/ns/a", tc.err).Error()
		for _, want := range tc.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %q does not say %q", name, got, want)
			}
		}
	}
}
