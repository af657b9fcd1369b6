// Package manifest writes Kubernetes objects as text, and applies them.
package manifest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"reflect"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	yamlstream "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/kudoc/kudoc/internal/render"
)

// FieldOwner is the field manager of what is applied.
const FieldOwner = "kudoc-cli"

// Encode prints an object without the empty status and the null timestamps of Go's types.
func Encode(obj any, format string) ([]byte, error) {
	b, err := json.Marshal(obj)
	if err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var m map[string]any
	if err := d.Decode(&m); err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	if st, ok := m["status"].(map[string]any); ok && len(st) == 0 {
		delete(m, "status")
	}
	if meta, ok := m["metadata"].(map[string]any); ok && meta["creationTimestamp"] == nil {
		delete(meta, "creationTimestamp")
	}
	if b, err = json.MarshalIndent(m, "", "  "); err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	if format == "json" {
		return append(b, '\n'), nil
	}
	return yaml.JSONToYAML(b)
}

// Apply applies an object server-side and says what that changed.
func Apply(ctx context.Context, out io.Writer, c client.Client, obj client.Object) error {
	u, err := bare(obj)
	if err != nil {
		return err
	}
	before := &unstructured.Unstructured{}
	before.SetGroupVersionKind(u.GroupVersionKind())
	err = c.Get(ctx, client.ObjectKeyFromObject(u), before)
	existed := err == nil
	if client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("read %s: %w", Title(u), err)
	}
	if existed && sameBuild(before, u) {
		_, err := fmt.Fprintf(out, "%s unchanged\n", Title(u))
		return err
	}
	if err := c.Apply(ctx, client.ApplyConfigurationFromUnstructured(u), client.FieldOwner(FieldOwner), client.ForceOwnership); err != nil {
		if apierrors.IsInvalid(err) && u.GetKind() == "FrameworkVersion" && strings.Contains(err.Error(), "never changes") {
			return otherContents(u)
		}
		return fmt.Errorf("apply %s: %w", Title(u), err)
	}
	verb := "created"
	switch {
	case existed && sameContent(before, u):
		verb = "unchanged"
	case existed:
		verb = "configured"
	}
	obj.SetGeneration(u.GetGeneration())
	_, err = fmt.Fprintf(out, "%s %s\n", Title(u), verb)
	return err
}

// CheckVersion says whether Apply would refuse a FrameworkVersion, because there is another one of its name.
func CheckVersion(ctx context.Context, c client.Client, version client.Object) error {
	u, err := bare(version)
	if err != nil {
		return err
	}
	before := &unstructured.Unstructured{}
	before.SetGroupVersionKind(u.GroupVersionKind())
	switch err := c.Get(ctx, client.ObjectKeyFromObject(u), before); {
	case apierrors.IsNotFound(err), apierrors.IsForbidden(err):
		return nil
	case err != nil:
		return fmt.Errorf("read %s: %w", Title(u), err)
	case !sameBuild(before, u):
		return otherContents(u)
	}
	return nil
}

func otherContents(u *unstructured.Unstructured) error {
	return fmt.Errorf("%s is in the cluster with other contents: raise the version of the framework", Title(u))
}

// sameBuild says whether two FrameworkVersions differ at most in what the version of kudoc that compiled them says about the
// build. The one in the cluster then stays, because it may not change.
func sameBuild(before, after *unstructured.Unstructured) bool {
	if after.GetKind() != "FrameworkVersion" {
		return false
	}
	spec := func(u *unstructured.Unstructured) any {
		s := u.DeepCopy()
		unstructured.RemoveNestedField(s.Object, "spec", "build", "kudoc")
		unstructured.RemoveNestedField(s.Object, "spec", "build", "images")
		return s.Object["spec"]
	}
	return reflect.DeepEqual(spec(before), spec(after))
}

// sameContent says whether an object is what it was. An API server counts it as a change when it sorts the managers anew.
func sameContent(before, after *unstructured.Unstructured) bool {
	content := func(u *unstructured.Unstructured) any {
		c := u.DeepCopy()
		for _, f := range []string{"managedFields", "resourceVersion"} {
			unstructured.RemoveNestedField(c.Object, "metadata", f)
		}
		unstructured.RemoveNestedField(c.Object, "status")
		return c.Object
	}
	return reflect.DeepEqual(content(before), content(after))
}

// Title is how an object is named to people: Kind/namespace/name.
func Title(u *unstructured.Unstructured) string {
	if u.GetNamespace() == "" {
		return u.GetKind() + "/" + u.GetName()
	}
	return u.GetKind() + "/" + u.GetNamespace() + "/" + u.GetName()
}

// bare is an object without what Go's types add to it: an empty status and null timestamps.
func bare(obj client.Object) (*unstructured.Unstructured, error) {
	b, err := Encode(obj, "json")
	if err != nil {
		return nil, err
	}
	m, err := render.DecodeJSON(b)
	if err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	return &unstructured.Unstructured{Object: m}, nil
}

// Decode reads every document of the files that match.
func Decode(files fs.FS, pattern string) ([]*unstructured.Unstructured, error) {
	names, err := fs.Glob(files, pattern)
	if err != nil {
		return nil, fmt.Errorf("read manifests: %w", err)
	}
	var out []*unstructured.Unstructured
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read manifests: %w", err)
		}
		d := yamlstream.NewYAMLOrJSONDecoder(bytes.NewReader(data), 4096)
		for {
			u := &unstructured.Unstructured{}
			if err := d.Decode(u); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				return nil, fmt.Errorf("read %s: %w", name, err)
			}
			if len(u.Object) > 0 {
				out = append(out, u)
			}
		}
	}
	return out, nil
}
