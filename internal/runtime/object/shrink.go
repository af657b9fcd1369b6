package object

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// annotationOwned, on an object in the cache, is Owned. It is never written to an API server.
const annotationOwned = "cache.kudoc.dev/owned"

// Shrunk is what the cache keeps of an object: of kudoc's own kinds all but who manages which field, and of the rest whose object
// it is, and the digest of the fields that kudoc owns. Most of the memory that an Instance takes is saved by that.
func Shrunk(o any) (any, error) {
	m, ok := o.(*metav1.PartialObjectMetadata)
	if !ok {
		if own, ok := o.(client.Object); ok {
			own.SetManagedFields(nil)
		}
		return o, nil
	}
	if _, shrunk := m.Annotations[annotationOwned]; shrunk && len(m.ManagedFields) == 0 { // informers may ask twice
		return o, nil
	}
	annotations := map[string]string{annotationOwned: Owned(m)}
	if ns, ok := m.Annotations[v1alpha1.AnnotationInstanceNamespace]; ok {
		annotations[v1alpha1.AnnotationInstanceNamespace] = ns
	}
	return &metav1.PartialObjectMetadata{TypeMeta: m.TypeMeta, ObjectMeta: metav1.ObjectMeta{
		Name: m.Name, Namespace: m.Namespace, UID: m.UID, ResourceVersion: m.ResourceVersion, DeletionTimestamp: m.DeletionTimestamp,
		Labels: map[string]string{v1alpha1.LabelInstance: m.Labels[v1alpha1.LabelInstance]}, Annotations: annotations,
	}}, nil
}

// OwnedInCache is Owned of an object in the cache.
func OwnedInCache(o client.Object) string { return o.GetAnnotations()[annotationOwned] }
