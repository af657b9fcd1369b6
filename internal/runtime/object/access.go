package object

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// Access reads and writes the objects of an Instance, from and to the API server.
type Access struct {
	Read  client.Reader
	Write client.Writer
}

// Accounts are the clients of service accounts. An Instance that names one can do no more through kudoc than without it.
type Accounts struct {
	Config  *rest.Config
	Options client.Options
	mu      sync.Mutex
	m       map[string]client.Client
}

// Of is the access as a service account of a namespace.
func (a *Accounts) Of(namespace, name string) (Access, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	user := "system:serviceaccount:" + namespace + ":" + name
	c, ok := a.m[user]
	if !ok {
		config := rest.CopyConfig(a.Config)
		config.Impersonate = rest.ImpersonationConfig{UserName: user}
		var err error
		if c, err = client.New(config, a.Options); err != nil {
			return Access{}, fmt.Errorf("act as service account %s/%s: %w", namespace, name, err)
		}
		if a.m == nil {
			a.m = map[string]client.Client{}
		}
		a.m[user] = c
	}
	return Access{c, c}, nil
}

// Unborn is a resource version that no object has: an apply with it creates an object, and is refused where there is one.
const Unborn = "1"

// Apply creates or updates an object by server-side apply, and fills in what has become of it. known is the UID that the object
// has if it is there, as far as anybody knows. Apply takes fields from other managers only if it is told to, and never those that
// the object yields. Of an object that is being deleted it returns nothing: it is applied once it is gone.
func (a Access) Apply(ctx context.Context, inst *v1alpha1.Instance, u *unstructured.Unstructured, known types.UID, force bool) error {
	opts := []client.ApplyOption{client.FieldOwner(v1alpha1.FieldManager)}
	if force {
		opts = append(opts, client.ForceOwnership)
	}
	if len(yielded(u)) == 0 {
		surely := u.DeepCopy()
		if known == "" {
			surely.SetResourceVersion(Unborn)
		} else {
			surely.SetUID(known)
		}
		err := a.Write.Apply(ctx, client.ApplyConfigurationFromUnstructured(surely), opts...)
		if err == nil {
			u.Object = surely.Object
			return nil
		}
		if !apierrors.IsConflict(err) && !apierrors.IsInvalid(err) || known != "" && fieldConflict(err) != "" {
			return err
		}
	}
	live := &unstructured.Unstructured{}
	live.SetGroupVersionKind(u.GroupVersionKind())
	switch err := a.Read.Get(ctx, client.ObjectKeyFromObject(u), live); {
	case apierrors.IsNotFound(err):
	case err != nil:
		return err
	case live.GetDeletionTimestamp() != nil:
		return nil
	case Belongs(inst, live):
	case HandedOver(inst, live):
		opts = append(opts, client.ForceOwnership)
	default:
		return errors.New(Foreign(inst.Name))
	}
	if err := yield(u, live); err != nil {
		return err
	}
	return a.Write.Apply(ctx, client.ApplyConfigurationFromUnstructured(u), opts...)
}

// Patch sets fields of an object that is there, without taking any from other managers.
func (a Access) Patch(ctx context.Context, u *unstructured.Unstructured, manager string) error {
	live := &metav1.PartialObjectMetadata{}
	live.SetGroupVersionKind(u.GroupVersionKind())
	if err := a.Read.Get(ctx, client.ObjectKeyFromObject(u), live); err != nil {
		return client.IgnoreNotFound(err) // it is patched once it is there
	}
	if live.DeletionTimestamp != nil {
		return nil
	}
	return a.Write.Apply(ctx, client.ApplyConfigurationFromUnstructured(u), client.FieldOwner(manager))
}

// Remove deletes an object of the Instance; one that is gone is fine.
func (a Access) Remove(ctx context.Context, inst *v1alpha1.Instance, u *unstructured.Unstructured) error {
	live := &unstructured.Unstructured{}
	live.SetGroupVersionKind(u.GroupVersionKind())
	if err := a.Read.Get(ctx, client.ObjectKeyFromObject(u), live); err != nil {
		return client.IgnoreNotFound(err)
	}
	if !Belongs(inst, live) {
		return errors.New(NotDeleted)
	}
	uid := live.GetUID()
	return client.IgnoreNotFound(a.Write.Delete(ctx, live, client.PropagationPolicy(metav1.DeletePropagationForeground), client.Preconditions{UID: &uid}))
}

// Prune deletes an object of the inventory: only the very object that was seen. One that asks to be kept is let go.
func (a Access) Prune(ctx context.Context, inst *v1alpha1.Instance, it v1alpha1.InventoryItem) (kept bool, err error) {
	live := &metav1.PartialObjectMetadata{}
	live.SetGroupVersionKind(Kind(it))
	if err := a.Read.Get(ctx, client.ObjectKey{Namespace: it.Namespace, Name: it.Name}, live); err != nil {
		return false, client.IgnoreNotFound(err)
	}
	switch {
	case Vanished(inst, it, live) || live.DeletionTimestamp != nil:
		return false, nil
	case Kept(live):
		return true, a.disown(ctx, inst, it, live)
	}
	err = a.Write.Delete(ctx, live, client.PropagationPolicy(metav1.DeletePropagationBackground), client.Preconditions{UID: &live.UID})
	if client.IgnoreNotFound(err) != nil {
		return false, fmt.Errorf("prune %s/%s: %w", it.Kind, it.Name, err)
	}
	return false, nil
}

// LetGo takes the Instance out of the owners of an object, so that the object stays when the Instance goes.
func (a Access) LetGo(ctx context.Context, inst *v1alpha1.Instance, it v1alpha1.InventoryItem) error {
	live := &metav1.PartialObjectMetadata{}
	live.SetGroupVersionKind(Kind(it))
	if err := a.Read.Get(ctx, client.ObjectKey{Namespace: it.Namespace, Name: it.Name}, live); err != nil {
		return client.IgnoreNotFound(err)
	}
	return a.disown(ctx, inst, it, live)
}

func (a Access) disown(ctx context.Context, inst *v1alpha1.Instance, it v1alpha1.InventoryItem, live *metav1.PartialObjectMetadata) error {
	before := live.DeepCopy()
	live.OwnerReferences = slices.DeleteFunc(live.OwnerReferences, ownedBy(inst))
	if len(live.OwnerReferences) == len(before.OwnerReferences) {
		return nil
	}
	if err := a.Write.Patch(ctx, live, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})); err != nil {
		return fmt.Errorf("let go of %s/%s: %w", it.Kind, it.Name, err)
	}
	return nil
}
