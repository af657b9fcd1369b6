package admission

import (
	"fmt"
	"strconv"
	"strings"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/compile/params"
)

// comment tells people who find the policy in their cluster what it is.
const comment = "Refuses Instances of this FrameworkVersion whose parameters are wrong. The controller decides again: constraints that Kubernetes' CEL " +
	"cannot express are refused by it alone, in the Instance's Ready condition."

// Policy makes the policy of a framework version and its binding. root declares the parameters; they must be printed.
func Policy(v *v1alpha1.FrameworkVersion, root *params.Param) (*admissionv1.ValidatingAdmissionPolicy, *admissionv1.ValidatingAdmissionPolicyBinding) {
	name := "kudoc-framework-" + v.Name
	meta := metav1.ObjectMeta{Name: name, Annotations: map[string]string{"kudoc.dev/comment": comment}}
	kind := func(k string) metav1.TypeMeta {
		return metav1.TypeMeta{APIVersion: admissionv1.SchemeGroupVersion.String(), Kind: k}
	}
	policy := &admissionv1.ValidatingAdmissionPolicy{TypeMeta: kind("ValidatingAdmissionPolicy"), ObjectMeta: meta, Spec: spec(v, root)}
	binding := &admissionv1.ValidatingAdmissionPolicyBinding{
		TypeMeta: kind("ValidatingAdmissionPolicyBinding"), ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: admissionv1.ValidatingAdmissionPolicyBindingSpec{
			PolicyName: name, ValidationActions: []admissionv1.ValidationAction{admissionv1.Deny},
		},
	}
	return policy, binding
}

// changed lets everything pass that changes neither version nor parameters nor requirements, so that an Instance that was wrong before
// the policy came can still be labelled, suspended and, by the removal of its finalizer, deleted.
const changed = "oldObject == null || object.spec.frameworkVersion != oldObject.spec.frameworkVersion || " +
	"has(object.spec.parameters) != has(oldObject.spec.parameters) || " +
	"has(object.spec.parameters) && object.spec.parameters != oldObject.spec.parameters || " +
	"has(object.spec.requires) != has(oldObject.spec.requires) || " +
	"has(object.spec.requires) && object.spec.requires != oldObject.spec.requires"

// applied are the effective parameters that the controller brought about last.
const applied = "oldObject != null && has(oldObject.status) && has(oldObject.status.lastApplied) && " +
	"has(oldObject.status.lastApplied.parameters) ? oldObject.status.lastApplied.parameters : dyn({})"

// deployed says whether that was with the same version.
const deployed = "oldObject != null && has(oldObject.status) && has(oldObject.status.lastApplied) && " +
	"has(oldObject.status.lastApplied.parameters) && oldObject.status.lastApplied.frameworkVersion == "

func spec(v *v1alpha1.FrameworkVersion, root *params.Param) admissionv1.ValidatingAdmissionPolicySpec {
	ignore := admissionv1.Ignore // what cannot be evaluated here is up to the controller
	scope := admissionv1.NamespacedScope
	equivalent := admissionv1.Equivalent
	out := admissionv1.ValidatingAdmissionPolicySpec{
		FailurePolicy: &ignore,
		// with the API server's defaults: the field is atomic, and who applies it without them has a conflict with who did before
		MatchConstraints: &admissionv1.MatchResources{MatchPolicy: &equivalent, NamespaceSelector: &metav1.LabelSelector{}, ObjectSelector: &metav1.LabelSelector{}, ResourceRules: []admissionv1.NamedRuleWithOperations{{
			RuleWithOperations: admissionv1.RuleWithOperations{
				Operations: []admissionv1.OperationType{admissionv1.Create, admissionv1.Update},
				Rule: admissionv1.Rule{
					APIGroups: []string{v1alpha1.GroupVersion.Group}, APIVersions: []string{v1alpha1.GroupVersion.Version}, Resources: []string{"instances"}, Scope: &scope,
				},
			},
		}}},
		MatchConditions: []admissionv1.MatchCondition{
			{Name: "version", Expression: "object.spec.frameworkVersion == " + strconv.Quote(v.Name)},
			{Name: "changed", Expression: changed},
		},
	}
	vs := newValues(root)
	vs.variables = []admissionv1.Variable{{Name: "given", Expression: "has(object.spec.parameters) ? object.spec.parameters : dyn({})"}}
	out.Validations = append(validations(v, vs, root), requirements(v)...)
	out.Variables = vs.variables
	return out
}

// validations are one for all that can be told without fail, because an API server reports the first only, and one for
// each parameter of which an expression may fail: it must not silence the others.
func validations(v *v1alpha1.FrameworkVersion, vs *values, root *params.Param) []admissionv1.Validation {
	lists := []string{"variables." + vs.declare("wrong_unknown", unknown(root, given, nil))}
	var alone []admissionv1.Validation
	for _, f := range root.Fields() {
		in := &inspector{values: vs}
		expression := in.field(f, given, path(nil).field(f.Name))
		if len(expression) > maxExpression {
			continue
		}
		name := "variables." + vs.declare("wrong_"+f.Name, expression)
		if in.partial {
			alone = append(alone, validation(v, name))
		} else {
			lists = append(lists, name)
		}
	}
	all := "variables." + vs.declare("wrong", concat(lists))
	return append(append([]admissionv1.Validation{validation(v, all)}, alone...), immutables(v, vs)...)
}

// maxExpression is less than what CEL's parser reads. A parameter beyond it is left to the controller.
const maxExpression = 90_000

func validation(v *v1alpha1.FrameworkVersion, findings string) admissionv1.Validation {
	return admissionv1.Validation{
		Expression: "size(" + findings + ") == 0", MessageExpression: messages(findings),
		Message: fmt.Sprintf("the parameters do not fit %s, in more ways than a message can list", v.Name),
	}
}

// immutables refuse changes of what must not change any more, compared with what the controller brought about last.
func immutables(v *v1alpha1.FrameworkVersion, vs *values) []admissionv1.Validation {
	var out []admissionv1.Validation
	declared := false
	for _, p := range v.Spec.Parameters {
		s := vs.slot([]string{p.Name})
		if !p.Immutable || s == nil {
			continue
		}
		if !declared {
			declared = true
			vs.variables = append(vs.variables, admissionv1.Variable{Name: "applied", Expression: applied},
				admissionv1.Variable{Name: "deployed", Expression: deployed + strconv.Quote(v.Name)})
		}
		if one, ok := vs.immutable(s); ok {
			out = append(out, one)
		}
	}
	return out
}

// immutable compares one parameter. A version may declare parameters that the one before did not have, so that one which
// was not set before counts only if the version is the same.
func (v *values) immutable(s *slot) (admissionv1.Validation, bool) {
	before, had := selected("variables.applied", s.param.Name), hasField("variables.applied", s.param.Name)
	kept, ok := v.keeps(s, before)
	if !ok {
		return admissionv1.Validation{}, false
	}
	is := constant("parameter %q is immutable: ", s.param.Name)
	from, scalar := show(s.param, before)
	says := join(is, constant("it has another value since the instance was deployed"))
	var to text
	if scalar {
		to, _ = show(s.param, v.effective(s).Name)
		says = join(is, from, constant(" cannot become "), to)
	}
	out := admissionv1.Validation{
		Expression:        fmt.Sprintf("!%s || %s", had, kept),
		MessageExpression: says.cel(), Message: fmt.Sprintf("parameter %q is immutable", s.param.Name),
	}
	if s.optional && !s.param.HasDefault() {
		out.Expression = fmt.Sprintf("%s ? %s && %s : !%s || !variables.deployed", had, s.has, kept, s.has)
		if scalar {
			gone, come := join(is, from, constant(" cannot become unset")), join(is, constant("unset cannot become "), to)
			out.MessageExpression = fmt.Sprintf("!%s ? %s : %s ? %s : %s", had, come.cel(), s.has, says.cel(), gone.cel())
		}
	}
	return out, true
}

// keeps is a condition: the effective value of a slot is what it was before. It reports false if that cannot be told.
func (v *values) keeps(s *slot, before string) (string, bool) {
	if !nested(s.param) {
		x := v.effective(s)
		if x == nil {
			return "", false
		}
		return fmt.Sprintf("%s == %s", x.Name, before), true
	}
	if s.optional {
		return "", false
	}
	var parts []string
	for _, f := range s.param.Fields() {
		inner := v.slot(append(s.path[:len(s.path):len(s.path)], f.Name))
		if c, ok := v.keeps(inner, selected(before, f.Name)); ok && !inner.optional {
			parts = append(parts, fmt.Sprintf("!%s || %s", hasField(before, f.Name), c))
		}
	}
	if len(parts) == 0 {
		return "", false
	}
	return "(" + strings.Join(parts, ") && (") + ")", true
}
