// Package decision decides what one reconcile of an Instance changes. It is pure: it reads nothing but a World, which package
// runtime gathers.
package decision

import (
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/render"
	"github.com/kudoc/kudoc/internal/runtime/execution"
	"github.com/kudoc/kudoc/internal/runtime/object"
	"github.com/kudoc/kudoc/internal/runtime/plan"
)

// World is everything that a decision about one Instance depends on.
type World struct {
	Inst *v1alpha1.Instance
	// Executions of the Instance, oldest first.
	Executions []*v1alpha1.PlanExecution
	// Desire is what the spec asks for; nil with a refusal that says why not.
	Desire  *Desire
	Refusal *Refusal
	// Active is the execution whose turn it is, read from the API server, not from a cache: a stale one would run a
	// finished Job again.
	Active *v1alpha1.PlanExecution
	// Run is active with what it is pinned to; nil with runRefusal that says why not.
	Run        *execution.Run
	RunRefusal *Refusal
	// Observed holds what is known of the tasks of the running steps of run.
	Observed map[plan.Ref]plan.Observation
	// TargetVersion and targetProgram are those of the target; nil if the version does not exist.
	TargetVersion *v1alpha1.FrameworkVersion
	TargetProgram *render.Program
	// UIDs are those of the objects that were seen; Gone are those that were to be deleted and are not there any more.
	UIDs map[object.Identity]types.UID
	// Fields are digests of what kudoc owns of the objects that are healthy.
	Fields map[object.Identity]string
	// Drift says what others have changed of what is in force.
	Drift []string
	// Unhealthy says what is wrong with workloads that are in force.
	Unhealthy []string
	Gone      map[object.Identity]bool
	// Barred says what may not be read of what is to be deleted, and what to do about it.
	Barred string
	// Now is the time of the decision.
	Now time.Time
	// NamespaceEnding says that nothing more can be made in the namespace of a deleted Instance.
	NamespaceEnding bool
	// Dependents are the Instances that require a deleted Instance.
	Dependents []string
}
