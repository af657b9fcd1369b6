package diag

import "slices"

// Code is an entry of a table of diagnostics. Packages with rules of their own have tables of their own.
type Code struct {
	Code  string
	Group Group
	// Severity is what a finding is unless the compiler knows better in the case at hand.
	Severity Severity
	// Ignorable says that an author may silence a finding although it is an error: the framework compiles all the same.
	// Warnings and infos always may be silenced.
	Ignorable bool
	Title     string
	Text      string // a paragraph for people who ask what it means
}

// Group is what reports a diagnostic, in words for people.
type Group string

// The groups, by the first digit of their codes.
const (
	GroupReading    Group = "Reading, and what CUE says"
	GroupLanguage   Group = "The language"
	GroupParameters Group = "Parameters"
	GroupEvaluation Group = "Evaluation"
	GroupValidation Group = "Comparison with CUE"
	GroupEmission   Group = "Objects"
	GroupChanges    Group = "Changes between versions"
	GroupTests      Group = "Tests"
	GroupInternal   Group = "Bugs"
)

// The codes of the compiler.
const (
	CannotRead         = "KD001"
	Syntax             = "KD002"
	UnknownImport      = "KD003"
	FromCUE            = "KD004"
	WrongValue         = "KD005"
	UnknownField       = "KD006"
	Missing            = "KD007"
	UnknownReference   = "KD008"
	WrongDefinition    = "KD009"
	NoFramework        = "KD101"
	UnknownTopLevel    = "KD102"
	NoDeploy           = "KD103"
	NoTask             = "KD104"
	NameTwice          = "KD105"
	TaskKind           = "KD106"
	UnusedTask         = "KD107"
	NotStatic          = "KD108"
	NoPlanParam        = "KD109"
	WrongIgnore        = "KD110"
	UnusedIgnore       = "KD111"
	WrongRequirement   = "KD112"
	NobodySets         = "KD113"
	WholeCluster       = "KD114"
	WrongAttribute     = "KD201"
	NoPlan             = "KD202"
	NoParam            = "KD203"
	TextForBool        = "KD204"
	TextForUnset       = "KD205"
	PlainSecret        = "KD206"
	Unsupported        = "KD301"
	Conflict           = "KD302"
	BadTemplate        = "KD303"
	Rejected           = "KD401"
	Different          = "KD402"
	WrongStructure     = "KD403"
	TooLarge           = "KD501"
	SameVersion        = "KD701"
	LowerVersion       = "KD702"
	Incomparable       = "KD703"
	ParamGone          = "KD704"
	ParamRefuses       = "KD705"
	ParamRequired      = "KD706"
	ParamDefault       = "KD707"
	ParamImmutable     = "KD708"
	PlanGone           = "KD709"
	OutputChanged      = "KD710"
	ObjectImmutable    = "KD711"
	ObjectGone         = "KD712"
	RequirementChanged = "KD713"
	NoUpgradePath      = "KD714"
	WrongTest          = "KD801"
	InternalError      = "KD901"
)

// Codes is the table of the compiler's own diagnostics, in order.
var Codes = []Code{
	{Code: CannotRead, Group: GroupReading, Title: "the framework cannot be read",
		Text: "A framework is one directory with the CUE files of one package. The directory is missing, holds no CUE files, holds files of several packages, or cannot be read."},
	{Code: Syntax, Group: GroupReading, Title: "syntax error",
		Text: "A file is not valid CUE. `cue vet` and editors with CUE support report the same."},
	{Code: UnknownImport, Group: GroupReading, Title: "unknown import",
		Text: "kudoc provides kudoc.dev/kudoc and the Kubernetes types under kudoc.dev/k8s/<group>/<version>, for example kudoc.dev/k8s/apps/v1; the core group is kudoc.dev/k8s/core/v1. Kinds that folders named crds define are under kudoc.dev/crds/<group>/<version>. Everything else must be part of CUE's standard library or of the module that the framework belongs to."},
	{Code: FromCUE, Group: GroupReading, Title: "CUE reports an error",
		Text: "CUE itself finds an error in the framework. The message is CUE's."},
	{Code: WrongValue, Group: GroupReading, Title: "a value is not allowed",
		Text: "A field has a value that its type does not allow: a string where Kubernetes wants an integer, or a word that is not among the alternatives."},
	{Code: UnknownField, Group: GroupReading, Title: "unknown field",
		Text: "A struct has a field that its type does not know. Kubernetes would drop or reject it. Most often the name is misspelt."},
	{Code: Missing, Group: GroupReading, Title: "a required field is missing",
		Text: "A field without which the object, plan or framework means nothing is not set."},
	{Code: UnknownReference, Group: GroupReading, Title: "unknown reference",
		Text: "An expression refers to a name that is not declared. To use instance, plan and the like, declare them in the package: `instance: _`."},
	{Code: WrongDefinition, Group: GroupReading, Title: "a definition of kinds cannot be used",
		Text: "The YAML files in folders named crds of the framework, or of the module that it belongs to, define kinds: CustomResourceDefinitions of apiextensions.k8s.io/v1, of which kudoc makes types under kudoc.dev/crds/<group>/<version>. A file is not YAML, is not such a definition, or two files define one kind in different ways."},
	{Code: NoFramework, Group: GroupLanguage, Title: "the package is not a framework",
		Text: "A framework embeds the schema at file level, in one of its files: import \"kudoc.dev/kudoc\" and then kudoc.#Framework on a line of its own."},
	{Code: UnknownTopLevel, Group: GroupLanguage, Title: "unknown field at file level",
		Text: "The fields at file level are those of kudoc.#Framework. Fields that only help others must be hidden (_name) or definitions (#Name). CUE itself does not report this, since an embedding at file level does not close a package."},
	{Code: NoDeploy, Group: GroupLanguage, Title: "there is no plan deploy",
		Text: "Every framework needs a plan named deploy: it runs when an Instance is created."},
	{Code: NoTask, Group: GroupLanguage, Title: "no such task",
		Text: "A step lists a task that the framework does not define under tasks."},
	{Code: NameTwice, Group: GroupLanguage, Title: "a name is used twice",
		Text: "The phases of a plan and the steps of a phase are known by their names, in status and in messages, so that each name may occur once."},
	{Code: TaskKind, Group: GroupLanguage, Title: "a task does not say what it does",
		Text: "A task has exactly one of apply (create or update objects and wait until they are healthy), run (run an object such as a Job to completion) and delete (delete objects and wait until they are gone)."},
	{Code: UnusedTask, Group: GroupLanguage, Severity: SeverityWarning, Title: "a task is not used",
		Text: "No step of any plan lists the task. It may be left over, or missing from a plan."},
	{Code: NotStatic, Group: GroupLanguage, Title: "a value must not depend on inputs",
		Text: "Plans and the description of the framework are the same for all Instances: they cannot depend on params, on the instance or on what else is only known in the cluster."},
	{Code: NoPlanParam, Group: GroupLanguage, Title: "a plan does not have a parameter that a task reads",
		Text: "A task reads plan.params.NAME, but is used by a plan that has no such parameter."},
	{Code: WrongIgnore, Group: GroupLanguage, Severity: SeverityWarning, Title: "a comment cannot ignore a finding",
		Text: "// kudoc:ignore CODE,... REASON, behind the line of a finding or on a line before it, says that a warning is intended. It names codes that there are, and says why. Errors that keep a framework from being compiled cannot be ignored. As it is, the comment ignores nothing."},
	{Code: UnusedIgnore, Group: GroupLanguage, Severity: SeverityWarning, Title: "a comment ignores nothing",
		Text: "A comment // kudoc:ignore names a finding that there is not, or not on that line. It may have been right once: delete it, so that it hides nothing later."},
	{Code: WrongRequirement, Group: GroupLanguage, Title: "a requirement cannot be met",
		Text: "Under requires, a framework names another one, by its name and a range of versions such as \">=3.4.0 <4.0.0\", and the outputs that its templates read. The range is not one, the package whose outputs are meant is another framework or has a version outside of the range, or that framework does not compile."},
	{Code: NobodySets, Group: GroupLanguage, Title: "a plan that starts by itself needs a parameter",
		Text: "The controller starts deploy, update, upgrade and cleanup, and the plans that parameters and requirements trigger, without parameters of their own: nobody is there to set them. Give the parameter a default, or make it optional."},
	{Code: WholeCluster, Group: GroupLanguage, Severity: SeverityWarning, Title: "an object belongs to no namespace",
		Text: "A task makes or deletes an object of the whole cluster: a ClusterRole, a StorageClass, a definition of kinds. Instances in all namespaces share its name, its owner cannot be the Instance, so that only kudoc deletes it, and the rights for it reach far. If the framework cannot do without, it says so: clusterScoped: true."},
	{Code: WrongAttribute, Group: GroupParameters, Title: "unknown or misplaced @param argument",
		Text: "@param(...) says about a parameter what CUE cannot: trigger=PLAN, immutable, secret, generate=N, unit=TEXT, group=NAME, display=TEXT and advanced. It stands behind a parameter of the top level. A secret parameter is not the secret itself, but refers to it: password: kudoc.#SecretRef @param(secret, generate=24)."},
	{Code: NoPlan, Group: GroupParameters, Title: "a trigger names no plan",
		Text: "@param(trigger=PLAN) runs a plan when the parameter changes. The framework has no plan of that name."},
	{Code: NoParam, Group: GroupParameters, Title: "no such parameter",
		Text: "An expression refers to a parameter that the framework does not declare."},
	{Code: TextForBool, Group: GroupParameters, Severity: SeverityWarning, Title: "a boolean is written as text",
		Text: "The values of the parameter are the texts \"true\" and \"false\". Whoever sets it to true is refused, and a condition has to compare it. Declare a boolean, tls: bool | *false: conditions read it as it is, and \"\\(params.tls)\" is its text."},
	{Code: TextForUnset, Group: GroupParameters, Severity: SeverityInfo, Title: "an empty text stands for a value that is not set",
		Text: "The default of the parameter is the empty text, and a condition asks whether it is empty. An optional parameter says so, and needs no value that means none: class?: string, and if params.class != _|_ {...}."},
	{Code: PlainSecret, Group: GroupParameters, Severity: SeverityWarning, Title: "a secret is a plain parameter",
		Text: "By its name, the parameter holds a secret, but it is a string: its value stands in the Instance, in statuses and in whatever the templates make of it, for all to read who may read those. Let it refer to a Secret: password: kudoc.#SecretRef @param(secret, generate=24), and in a container valueFrom: secretKeyRef: params.password."},
	{Code: Unsupported, Group: GroupEvaluation, Title: "not supported by the compiler",
		Text: "kudoc compiles a part of CUE to templates that need no CUE in the cluster. This construct is outside of it where its value depends on inputs. What does not depend on inputs may use all of CUE."},
	{Code: Conflict, Group: GroupEvaluation, Title: "values conflict",
		Text: "Two values that must be equal are not, whatever the inputs."},
	{Code: BadTemplate, Group: GroupEvaluation, Title: "a template cannot be loaded",
		Text: "The compiler made a template that the controller would refuse. That is a bug of kudoc."},
	{Code: Rejected, Group: GroupValidation, Title: "CUE rejects an input that the parameters accept",
		Text: "With the parameters that the message shows, CUE reports an error in the framework. Either the parameters accept too much, or the part of the framework that only these parameters reach is wrong."},
	{Code: Different, Group: GroupValidation, Title: "template and CUE differ",
		Text: "For the parameters that the message shows, the compiled template yields something else than CUE's own evaluation. Nothing is emitted then. That is a bug of kudoc, or a use of CUE that kudoc should refuse."},
	{Code: WrongStructure, Group: GroupValidation, Title: "an API server would refuse an object",
		Text: "With the parameters that the message shows, an object has a structure that Kubernetes refuses, although CUE's types allow it: two elements of a list have the same key, such as the number of a port or the name of an environment variable. Make the parameters exclude it, with list.UniqueItems for example, or build the list from a map."},
	{Code: TooLarge, Group: GroupEmission, Title: "the framework is too large",
		Text: "A FrameworkVersion is one object in the cluster, and a cluster stores objects of at most 1.5 MiB. The message names the largest objects. Long scripts and files that are part of a framework count in full."},
	{Code: SameVersion, Group: GroupChanges, Ignorable: true, Title: "the version is the same, the content is not",
		Text: "`kudoc vet --against` compares a framework with an earlier version of itself. A FrameworkVersion never changes once it is stored: what is built from other sources needs another version."},
	{Code: LowerVersion, Group: GroupChanges, Ignorable: true, Title: "the version is lower than before",
		Text: "`kudoc vet --against` compares a framework with an earlier version of itself. This one has the lower version. Most often a change was made in a branch that is behind."},
	{Code: Incomparable, Group: GroupChanges, Severity: SeverityWarning, Ignorable: true, Title: "the versions cannot be compared",
		Text: "`kudoc vet --against` compiles both versions. The one before does not compile with this kudoc, or is another framework."},
	{Code: ParamGone, Group: GroupChanges, Ignorable: true, Title: "a parameter is gone",
		Text: "Instances that set the parameter are refused by the new version. Like everything that breaks users, that needs a new major version, or before 1.0.0 a new minor one: then this is a note."},
	{Code: ParamRefuses, Group: GroupChanges, Ignorable: true, Title: "a parameter accepts less than before",
		Text: "A value that the version before accepts is refused by the new one, so that Instances which have it cannot be upgraded. The message shows one. Without a new major version, or before 1.0.0 a new minor one, that is an error."},
	{Code: ParamRequired, Group: GroupChanges, Ignorable: true, Title: "a parameter is required now",
		Text: "Instances that do not set the parameter are refused by the new version. Give it a default, or a new major version to the framework, or before 1.0.0 a new minor one: then this is a note."},
	{Code: ParamDefault, Group: GroupChanges, Severity: SeverityWarning, Ignorable: true, Title: "a default is another",
		Text: "Instances that do not set the parameter change when they are upgraded. That may be the purpose of the new version. Where the parameter is immutable it is an error, because such Instances cannot be upgraded."},
	{Code: ParamImmutable, Group: GroupChanges, Ignorable: true, Title: "a parameter cannot be changed any more",
		Text: "The parameter is immutable now and was not before, so that changes of Instances that were possible are refused. Without a new major version, or before 1.0.0 a new minor one, that is an error."},
	{Code: PlanGone, Group: GroupChanges, Ignorable: true, Title: "a plan is gone",
		Text: "People and programs that run the plan find it no more, and parameters that trigger it run another. Without a new major version, or before 1.0.0 a new minor one, that is an error."},
	{Code: OutputChanged, Group: GroupChanges, Ignorable: true, Title: "an output is gone or of another type",
		Text: "Outputs are what other programs read of an Instance. With the default parameters, one that the version before has is missing, or its value has another type. Without a new major version, or before 1.0.0 a new minor one, that is an error."},
	{Code: ObjectImmutable, Group: GroupChanges, Ignorable: true, Title: "an immutable field of an object is another",
		Text: "Kubernetes refuses to change the field of an object that exists, so that the upgrade of every Instance fails. Leave the field as it is, or give the object another name, so that it is made anew. No version makes that right."},
	{Code: ObjectGone, Group: GroupChanges, Severity: SeverityWarning, Ignorable: true, Title: "an object that keeps data is gone",
		Text: "A StatefulSet or a PersistentVolumeClaim of the version before is not there any more, or has another name. An upgrade deletes it."},
	{Code: RequirementChanged, Group: GroupChanges, Ignorable: true, Title: "a requirement is another",
		Text: "An Instance names the Instances that meet what its framework requires. A requirement is new, gone, or met by less than before, so that Instances as they are do not run with the new version. Without a new major version, or before 1.0.0 a new minor one, that is an error."},
	{Code: NoUpgradePath, Group: GroupChanges, Ignorable: true, Title: "the version before cannot be upgraded",
		Text: "upgradableFrom says from which versions an Instance can be upgraded to this one, and the version before is not among them. Whoever runs it has to go by way of another version, if there is one. Without a new major version, or before 1.0.0 a new minor one, that is an error."},
	{Code: WrongTest, Group: GroupTests, Title: "a test cannot be run",
		Text: "`kudoc test` runs the tests in files `*_test.cue` beside a framework. One of them names what the framework does not have, such as a parameter, a plan or a kind of objects, is no kudoc.#Test, or contradicts itself. No test of the framework is run then."},
	{Code: InternalError, Group: GroupInternal, Title: "internal error",
		Text: "The compiler, or the CUE evaluator in it, ended unexpectedly. That is a bug: please report it with the sources of the framework."},
}

// Find returns the entry for a code in a table.
func Find(table []Code, code string) (Code, bool) {
	i := slices.IndexFunc(table, func(c Code) bool { return c.Code == code })
	if i < 0 {
		return Code{}, false
	}
	return table[i], true
}
