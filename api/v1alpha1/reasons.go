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
	// LabelTarget is the sequence of the target, on executions that the controller made.
	LabelTarget = "kudoc.dev/target"
	// LabelRepair counts the repairs of a target, on the executions that the controller made to repair what has drifted.
	LabelRepair = "kudoc.dev/repair"
	// LabelFramework is the name of the Framework.
	LabelFramework = "kudoc.dev/framework"
	// AnnotationApplied identifies the attempt of a step, and the content, that was applied last.
	AnnotationApplied = "kudoc.dev/applied"
	// AnnotationInstanceNamespace is the Instance's namespace, on objects that live elsewhere.
	AnnotationInstanceNamespace = "kudoc.dev/instance-namespace"
	// AnnotationConfiguration, on the pods of a workload, identifies the configuration that they read: it changes with it.
	AnnotationConfiguration = "kudoc.dev/configuration"
	// AnnotationRestart set to "disabled" on a workload lets its pods run on when their configuration changes.
	AnnotationRestart = "kudoc.dev/restart"
	// PrefixPatched begins the annotations that say which Patch tasks have set fields of an object.
	PrefixPatched = "patched.kudoc.dev/"
	// AnnotationYields lists fields of an object, "spec.replicas, metadata.labels.tier", which are left alone once another
	// manager has set them.
	AnnotationYields = "kudoc.dev/yields"
	// AnnotationImmutable set to "recreate" deletes an object, and makes it anew, when a field changes that cannot.
	AnnotationImmutable = "kudoc.dev/immutable"
	// AnnotationRotated, on the Secret of what is generated, is the UID of the execution that has made new values.
	AnnotationRotated = "kudoc.dev/rotated"
	// AnnotationAdopt, on an object that was not made by kudoc, is the name of the Instance that it is handed over to, as
	// NAMESPACE/NAME if the object lives elsewhere.
	AnnotationAdopt = "kudoc.dev/adopt"
	// AnnotationPrune set to "disabled" keeps an object that would be deleted, with its Instance too.
	AnnotationPrune = "kudoc.dev/prune"
)

// Types of conditions.
const (
	// ConditionReady on an Instance: the plans that bring the spec about have succeeded. A plan that a person runs on top,
	// such as a backup, does not change it.
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
	// ReasonPlanPending: the execution for the spec is about to start.
	ReasonPlanPending = "PlanPending"
	// ReasonPruning: objects that the spec no longer contains are being deleted.
	ReasonPruning = "Pruning"
	// ReasonSuperseded: the spec changed before the execution began.
	ReasonSuperseded = "Superseded"
	// ReasonDeployed: the plans for the spec have succeeded.
	ReasonDeployed = "Deployed"
	// ReasonUpgradePath: the version cannot be reached from the one in force.
	ReasonUpgradePath = "UpgradePath"
	// ReasonDrifted: others have changed or deleted what the plans for the spec applied.
	ReasonDrifted = "Drifted"
	// ReasonPlanRunning: an execution runs.
	ReasonPlanRunning = "PlanRunning"
	// ReasonPlanFailed: the execution for the spec failed.
	ReasonPlanFailed = "PlanFailed"
	// ReasonUnhealthy: the spec is in force, but a workload of it is not healthy any more.
	ReasonUnhealthy = "Unhealthy"
	// ReasonPlanCancelled: the execution for the spec was cancelled.
	ReasonPlanCancelled = "PlanCancelled"
	// ReasonSuspended: the Instance or the execution is suspended.
	ReasonSuspended = "Suspended"
	// ReasonInvalidParameters: the parameters do not fit the schema.
	ReasonInvalidParameters = "InvalidParameters"
	// ReasonInvalidRequirements: spec.requires does not name what the framework requires.
	ReasonInvalidRequirements = "InvalidRequirements"
	// ReasonSecretNotOurs: the Secret for generated secrets cannot be made, or is somebody else's.
	ReasonSecretNotOurs = "SecretNotOurs"
	// ReasonRequirementNotMet: a required Instance is not there, not deployed, or not what is required.
	ReasonRequirementNotMet = "RequirementNotMet"
	// ReasonFrameworkVersionNotFound: the FrameworkVersion does not exist.
	ReasonFrameworkVersionNotFound = "FrameworkVersionNotFound"
	// ReasonFrameworkVersionInvalid: the FrameworkVersion cannot be executed.
	ReasonFrameworkVersionInvalid = "FrameworkVersionInvalid"
	// ReasonImmutableParameter: a parameter changed that cannot change.
	ReasonImmutableParameter = "ImmutableParameter"
	// ReasonDowngrade: the version is lower than the one in force, and spec.allowDowngrade is not set.
	ReasonDowngrade = "Downgrade"
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
