package v1alpha1

// Finalizer keeps an Instance until its objects are cleaned up.
const Finalizer = "kudoc.dev/cleanup"

// FieldManager is the name under which kudoc applies objects.
const FieldManager = "kudoc"

// Labels and annotations on the objects that kudoc applies.
const (
	// LabelManagedBy is kudoc on every object that kudoc applies.
	LabelManagedBy = "app.kubernetes.io/managed-by"
	// ManagedBy is the value of LabelManagedBy.
	ManagedBy = "kudoc"
	// LabelInstance is the name of the Instance.
	LabelInstance = "kudoc.dev/instance"
	// LabelFramework is the name of the Framework.
	LabelFramework = "kudoc.dev/framework"
	// AnnotationApplied identifies the attempt of a step, and the content, that was applied last.
	AnnotationApplied = "kudoc.dev/applied"
	// AnnotationInstanceNamespace is the Instance's namespace, on objects that live elsewhere.
	AnnotationInstanceNamespace = "kudoc.dev/instance-namespace"
	// AnnotationPrune set to "disabled" keeps an object that would be deleted.
	AnnotationPrune = "kudoc.dev/prune"
)

// Types of conditions.
const (
	// ConditionReady on an Instance: the spec is in force and nothing runs.
	ConditionReady = "Ready"
	// ConditionProgressing on an Instance: an execution runs or waits to run.
	ConditionProgressing = "Progressing"
	// ConditionDegraded on an Instance: the spec could not be brought about; the message says why.
	ConditionDegraded = "Degraded"
	// ConditionAccepted on a FrameworkVersion: this controller can execute it.
	ConditionAccepted = "Accepted"
)

// Reasons of conditions and of states.
const (
	// ReasonDeployed: the plans for the spec have succeeded.
	ReasonDeployed = "Deployed"
	// ReasonPlanRunning: an execution runs.
	ReasonPlanRunning = "PlanRunning"
	// ReasonPlanFailed: the execution for the spec failed.
	ReasonPlanFailed = "PlanFailed"
	// ReasonPlanCancelled: the execution for the spec was cancelled.
	ReasonPlanCancelled = "PlanCancelled"
	// ReasonSuspended: the Instance or the execution is suspended.
	ReasonSuspended = "Suspended"
	// ReasonInvalidParameters: the parameters do not fit the schema.
	ReasonInvalidParameters = "InvalidParameters"
	// ReasonFrameworkVersionNotFound: the FrameworkVersion does not exist.
	ReasonFrameworkVersionNotFound = "FrameworkVersionNotFound"
	// ReasonFrameworkVersionInvalid: the FrameworkVersion cannot be executed.
	ReasonFrameworkVersionInvalid = "FrameworkVersionInvalid"
	// ReasonImmutableParameter: a parameter changed that cannot change.
	ReasonImmutableParameter = "ImmutableParameter"
	// ReasonDeleting: the Instance is being deleted.
	ReasonDeleting = "Deleting"
	// ReasonAccepted: the templates were read and type-checked.
	ReasonAccepted = "Accepted"
	// ReasonWaitingForExecution: another execution of the Instance runs.
	ReasonWaitingForExecution = "WaitingForExecution"
	// ReasonInstanceNotFound: the Instance of an execution does not exist.
	ReasonInstanceNotFound = "InstanceNotFound"
	// ReasonPlanNotFound: the framework has no such plan.
	ReasonPlanNotFound = "PlanNotFound"
	// ReasonNotDeployed: the Instance has not been deployed yet.
	ReasonNotDeployed = "NotDeployed"
	// ReasonStepFailed: a step failed.
	ReasonStepFailed = "StepFailed"
	// ReasonSucceeded: every step has finished.
	ReasonSucceeded = "Succeeded"
	// ReasonCancelled: the execution was cancelled.
	ReasonCancelled = "Cancelled"
	// ReasonRunning: steps are running.
	ReasonRunning = "Running"
)
