// Package structural is Kubernetes' own check of the structure of objects, without a cluster: the strict decoding and the
// types of server-side apply that an API server uses. It finds what CUE's types cannot say, such as two elements with the
// same key in a list that is a map to Kubernetes.
package structural

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"sync"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/client-go/applyconfigurations"
	"k8s.io/client-go/kubernetes/scheme"
)

// checker is made when it is first needed: it takes tens of milliseconds.
type checker struct {
	decoder runtime.Decoder
	types   managedfields.TypeConverter
}

var shared = sync.OnceValue(func() *checker {
	return &checker{
		decoder: serializer.NewCodecFactory(scheme.Scheme, serializer.EnableStrict).UniversalDeserializer(),
		types:   applyconfigurations.NewTypeConverter(scheme.Scheme),
	}
})

// Check returns what is wrong with the structure of an object, nil if nothing is. Of kinds that are not Kubernetes' own it
// knows nothing.
func Check(object map[string]any) []string {
	u := &unstructured.Unstructured{Object: object}
	if !scheme.Scheme.Recognizes(u.GroupVersionKind()) {
		return nil
	}
	b, err := json.Marshal(object)
	if err != nil {
		return []string{err.Error()}
	}
	c := shared()
	if _, _, err := c.decoder.Decode(b, nil, nil); err != nil {
		if runtime.IsStrictDecodingError(err) {
			return findings(strings.TrimPrefix(err.Error(), "strict decoding error: "), ", ")
		}
		return []string{goWords.Replace(err.Error())}
	}
	if _, err := c.types.ObjectToTyped(u); err != nil {
		return findings(strings.TrimPrefix(err.Error(), "errors:\n"), "\n")
	}
	return nil
}

// goWords are what a decoder says about Go, which is of no use to an author.
var goWords = strings.NewReplacer("json: cannot unmarshal ", "want another type than ", "Go struct field ", "", "Go value of type ", "")

var prefix = regexp.MustCompile(`^(?:failed to convert.*: |\.)`)

func findings(s, separator string) []string {
	var out []string
	for f := range strings.SplitSeq(s, separator) {
		if f = prefix.ReplaceAllString(strings.TrimSpace(f), ""); f != "" && !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	return out
}
