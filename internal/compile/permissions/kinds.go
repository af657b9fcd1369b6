package permissions

import (
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kudoc/kudoc/internal/compile/expr"
)

// Kinds are those of the objects that an expression may become.
func Kinds(x *expr.X) []schema.GroupVersionKind {
	if x.Op == expr.OpCond {
		return append(Kinds(x.Args[1]), Kinds(x.Args[2])...)
	}
	apiVersion, kind := constantField(x, "apiVersion"), constantField(x, "kind")
	if apiVersion == "" || kind == "" {
		return nil
	}
	gv, err := schema.ParseGroupVersion(apiVersion)
	if err != nil {
		return nil
	}
	return []schema.GroupVersionKind{gv.WithKind(kind)}
}

// constantField is a field of an object, or of what is merged into it.
func constantField(x *expr.X, name string) string {
	for _, p := range x.Elements() {
		if p.Key == nil {
			if s := constantField(p.Val, name); s != "" {
				return s
			}
			continue
		}
		if key, ok := p.Key.Constant(); ok && key == name {
			s, _ := p.Val.Constant()
			return s
		}
	}
	return ""
}
