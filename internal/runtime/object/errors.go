package object

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utilnet "k8s.io/apimachinery/pkg/util/net"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// grace is how long a missing permission or kind may be about to appear: a role is aggregated, and a definition established, a
// moment after it was created, and an API server has read them a moment after it has started.
const grace = 15 * time.Second

// TransientError is an error that goes away by itself: it uses up no attempt.
type TransientError struct{ err error }

func (e *TransientError) Error() string { return e.err.Error() }
func (e *TransientError) Unwrap() error { return e.err }

// Graceful wraps an error that waiting may mend; since is when it was seen first.
func Graceful(err error, since, now time.Time) error {
	if transient(err) || Missing(err) && now.Sub(since) < grace {
		return &TransientError{err}
	}
	return err
}

// Missing says whether there is no permission, no kind or no namespace for what was asked.
func Missing(err error) bool {
	return apierrors.IsForbidden(err) || meta.IsNoMatchError(err) || apierrors.IsNotFound(err)
}

// transient says whether the same request may succeed a little later.
func transient(err error) bool {
	var netErr net.Error
	switch {
	case errors.As(err, &netErr), torn(err):
		return true
	case fieldConflict(err) != "":
		return false
	case apierrors.IsConflict(err), apierrors.IsTooManyRequests(err), apierrors.IsServerTimeout(err), apierrors.IsTimeout(err),
		apierrors.IsInternalError(err), apierrors.IsServiceUnavailable(err), apierrors.IsUnexpectedServerError(err):
		return true
	}
	var st apierrors.APIStatus
	return errors.As(err, &st) && st.Status().Code >= 500
}

// torn says whether the connection broke in the middle of an answer, so that nobody knows what became of the request. The
// errors of HTTP/2 have no type of their own there; client-go marks them in words.
func torn(err error) bool {
	return errors.Is(err, io.ErrUnexpectedEOF) || utilnet.IsProbableEOF(err) || strings.Contains(err.Error(), "when reading response body")
}

// Explain turns the error of an apply into what a person needs to know.
func Explain(object string, err error) error {
	if c := fieldConflict(err); c != "" {
		return fmt.Errorf("%s: %s; let that manager go of the field, or remove the field from the framework", object, c)
	}
	if Immutable(err) {
		return fmt.Errorf("%s cannot be changed in place: %w; go back to the former value, or let the framework delete it in an earlier step, or at once with the annotation %s: recreate", object, err, v1alpha1.AnnotationImmutable)
	}
	if apierrors.IsForbidden(err) && strings.Contains(err.Error(), "system:serviceaccount:") {
		return fmt.Errorf("%s: %w; bind the service account to a role that allows it, such as the ClusterRole that kudoc build emits", object, err)
	}
	return fmt.Errorf("%s: %w", object, err)
}

// Immutable says whether the API server refuses to change a field because it cannot change.
func Immutable(err error) bool {
	return apierrors.IsInvalid(err) && (strings.Contains(err.Error(), "immutable") || strings.Contains(err.Error(), "updates to statefulset spec"))
}

// fieldConflict names the managers and fields of a server-side apply conflict, or is empty.
func fieldConflict(err error) string {
	var st apierrors.APIStatus
	if !errors.As(err, &st) || st.Status().Details == nil {
		return ""
	}
	var parts []string
	for _, c := range st.Status().Details.Causes {
		if c.Type == metav1.CauseTypeFieldManagerConflict {
			parts = append(parts, fmt.Sprintf("field %s: %s", c.Field, c.Message))
		}
	}
	return strings.Join(parts, ", ")
}

// Outcome is what came of an apply, in a word for those who count.
type Outcome string

// Outcomes of applies.
const (
	Success Outcome = "success"
	// Conflict: another manager has a field, or somebody else was faster.
	Conflict  Outcome = "conflict"
	Forbidden Outcome = "forbidden"
	// Invalid: the API server or a webhook refuses the object, or does not know its kind.
	Invalid Outcome = "invalid"
	// Transient: the same request may succeed later.
	Transient Outcome = "transient"
	Other     Outcome = "other"
)

// OutcomeOf classifies the error of an apply.
func OutcomeOf(err error) Outcome {
	switch {
	case err == nil:
		return Success
	case apierrors.IsConflict(err):
		return Conflict
	case apierrors.IsForbidden(err), apierrors.IsUnauthorized(err):
		return Forbidden
	case apierrors.IsInvalid(err), apierrors.IsBadRequest(err), apierrors.IsNotFound(err), meta.IsNoMatchError(err):
		return Invalid
	case transient(err):
		return Transient
	}
	return Other
}
