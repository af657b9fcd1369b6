package object

import (
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// Identity is what makes two objects the same one.
type Identity struct{ Group, Kind, Namespace, Name string }

// Identify is the identity of an object.
func Identify(u *unstructured.Unstructured) Identity {
	return Identity{u.GroupVersionKind().Group, u.GetKind(), u.GetNamespace(), u.GetName()}
}

// Display is how kudoc names an object to people.
func Display(u *unstructured.Unstructured) string {
	if u.GetNamespace() == "" {
		return u.GetKind() + "/" + u.GetName()
	}
	return u.GetKind() + "/" + u.GetNamespace() + "/" + u.GetName()
}

// Recorded is the identity of an object of the inventory.
func Recorded(it v1alpha1.InventoryItem) Identity {
	return Identity{it.Group, it.Kind, it.Namespace, it.Name}
}

// Kind is the kind of an object of the inventory.
func Kind(it v1alpha1.InventoryItem) schema.GroupVersionKind {
	return schema.GroupVersionKind{Group: it.Group, Version: it.Version, Kind: it.Kind}
}

// Belongs says whether an object was applied for an Instance.
func Belongs(inst *v1alpha1.Instance, live client.Object) bool {
	namespace := live.GetNamespace()
	if other, ok := live.GetAnnotations()[v1alpha1.AnnotationInstanceNamespace]; ok {
		namespace = other
	}
	return live.GetLabels()[v1alpha1.LabelInstance] == inst.Name &&
		live.GetLabels()[v1alpha1.LabelManagedBy] == v1alpha1.ManagedBy && namespace == inst.Namespace
}

// HandedOver says whether an object that others made is to belong to an Instance from now on.
func HandedOver(inst *v1alpha1.Instance, live client.Object) bool {
	to := live.GetAnnotations()[v1alpha1.AnnotationAdopt]
	return to == inst.Namespace+"/"+inst.Name || to == inst.Name && live.GetNamespace() == inst.Namespace
}

// NotDeleted says of an object that is to be deleted that it belongs to somebody else.
const NotDeleted = "it was not made for this instance, so it is not deleted"

// Foreign says of an object that it belongs to somebody else, and what to do about that.
func Foreign(inst string) string {
	return "it exists and was not made for this instance: hand it over with the annotation " + v1alpha1.AnnotationAdopt + ": " + inst + ", or delete it, or give the instance another name"
}

// Vanished says whether the object of the inventory is no longer there, or is not to be touched: another object may have
// taken its name, or have had it all along, or it asked to be Kept and has been let go.
func Vanished(inst *v1alpha1.Instance, it v1alpha1.InventoryItem, live *metav1.PartialObjectMetadata) bool {
	if it.UID != "" && it.UID != live.UID || !Belongs(inst, live) {
		return true
	}
	return Kept(live) && !slices.ContainsFunc(live.OwnerReferences, ownedBy(inst))
}

// Kept says whether an object asks not to be deleted.
func Kept(live client.Object) bool {
	return live.GetAnnotations()[v1alpha1.AnnotationPrune] == "disabled"
}

// ownedBy says whether an owner is the Instance: what it owns goes with it.
func ownedBy(inst *v1alpha1.Instance) func(metav1.OwnerReference) bool {
	return func(o metav1.OwnerReference) bool { return o.UID == inst.UID }
}
