package compile

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structural "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

// results are those of every framework of the corpus that compiles, and of the wide one, by name.
func results(t *testing.T) map[string]*Result {
	t.Helper()
	archive, err := txtar.ParseFile(filepath.Join("..", "..", "testdata", "compile", "corpus.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]*Result{}
	for _, f := range append(archive.Files, txtar.File{Name: "wide.cue", Data: []byte(wide)}) {
		dir := t.TempDir()
		write(t, dir, "a.cue", minimal)
		write(t, dir, "f.cue", "package f\n"+string(f.Data))
		if r := unvalidated(dir).result; r != nil {
			out[strings.TrimSuffix(f.Name, ".cue")] = r
		}
	}
	if out["wide"] == nil {
		t.Fatal("the wide framework does not compile")
	}
	return out
}

func TestSchemasAreStructural(t *testing.T) {
	for name, r := range results(t) {
		s := r.Schema
		var internal apiextensions.JSONSchemaProps
		if err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(s, &internal, nil); err != nil {
			t.Fatal(err)
		}
		st, err := structural.NewStructural(&internal)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if errs := structural.ValidateStructural(nil, st); len(errs) > 0 {
			t.Errorf("%s: %v", name, errs.ToAggregate())
		}
	}
}

func things(s *apiextensionsv1.JSONSchemaProps) *apiextensionsv1.CustomResourceDefinition {
	return &apiextensionsv1.CustomResourceDefinition{
		ObjectMeta: metav1.ObjectMeta{Name: "things.schema.kudoc.dev"},
		Spec: apiextensionsv1.CustomResourceDefinitionSpec{
			Group: "schema.kudoc.dev", Scope: apiextensionsv1.NamespaceScoped,
			Names: apiextensionsv1.CustomResourceDefinitionNames{Plural: "things", Singular: "thing", Kind: "Thing", ListKind: "ThingList"},
			Versions: []apiextensionsv1.CustomResourceDefinitionVersion{{
				Name: "v1", Served: true, Storage: true,
				Schema: &apiextensionsv1.CustomResourceValidation{OpenAPIV3Schema: &apiextensionsv1.JSONSchemaProps{
					Type: "object", Properties: map[string]apiextensionsv1.JSONSchemaProps{"spec": *s},
				}},
			}},
		},
	}
}

func TestConstraintsBecomeWhatOpenAPIHasForThem(t *testing.T) {
	for name, tc := range map[string]struct{ params, want string }{
		"bounds":          {`i: int & >=1 & <9`, `properties: {i: {type: integer, format: int64, minimum: 1, maximum: 9, exclusiveMaximum: true}}, required: [i]`},
		"alternatives":    {`s: *"a" | "b"`, `properties: {s: {type: string, enum: ["a", "b"], default: a}}`},
		"a pattern":       {`s: =~"^a"`, `properties: {s: {type: string, pattern: "^a"}}, required: [s]`},
		"two patterns":    {`s: =~"^a" & =~"b$"`, `properties: {s: {type: string, pattern: "^a", x-kubernetes-validations: [{rule: 'matches(self, "b$")', message: 'must be =~"^a" & =~"b$"'}]}}, required: [s]`},
		"not empty":       {`s: string & !=""`, `properties: {s: {type: string, minLength: 1}}, required: [s]`},
		"an odd default":  {`i: int & >=1 | *0`, `properties: {i: {type: integer, format: int64, default: 0, x-kubernetes-validations: [{rule: "self >= 1 || self == 0", message: "must be >=1"}]}}`},
		"another":         {"min: int | *1\nmax: int & >=min | *5", `properties: {min: {type: integer, format: int64, default: 1}, max: {type: integer, format: int64, default: 5}}, x-kubernetes-validations: [{rule: "!has(self.max) || !has(self.min) || (self.max >= self.min || self.max == 5)", message: "max must be >=min", fieldPath: .max}]`},
		"optional":        {`i?: int`, `properties: {i: {type: integer, format: int64}}`},
		"a struct":        {`s: {a: bool | *true, b: c: string}`, `properties: {s: {type: object, properties: {a: {type: boolean, default: true}, b: {type: object, properties: {c: {type: string}}, required: [c]}}, required: [b]}}, required: [s]`},
		"a list":          {`l: [...string]`, `properties: {l: {type: array, items: {type: string}, default: []}}`},
		"a map":           {`m: {[=~"^a"]: int}`, `properties: {m: {type: object, additionalProperties: {type: integer, format: int64}, default: {}, x-kubernetes-validations: [{rule: 'self.all(k, matches(k, "^a"))', message: 'a key must match matches(self, "^a")'}]}}`},
		"any":             {`a: _`, `properties: {a: {x-kubernetes-preserve-unknown-fields: true}}, required: [a]`},
		"what CEL lacks":  {"import \"time\"\nparams: s: time.Duration", `properties: {s: {x-kubernetes-preserve-unknown-fields: true, description: "Only kudoc checks that the value is time.Duration."}}, required: [s]`},
		"a documentation": {"// how many\ni: int | *1", `properties: {i: {type: integer, format: int64, default: 1, description: how many}}`},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, "a.cue", minimal)
			source := "package f\n" + tc.params
			if !strings.Contains(source, "params: ") {
				source = fmt.Sprintf("package f\nparams: {\n%s\n}\n", tc.params)
			}
			write(t, dir, "f.cue", source)
			r, ds := Framework(Options{Dir: dir, KudocVersion: "test"})
			if ds.HasErrors() {
				t.Fatal(ds.Error())
			}
			var want apiextensionsv1.JSONSchemaProps
			if err := yaml.UnmarshalStrict([]byte("{type: object, "+tc.want+"}"), &want); err != nil {
				t.Fatal(err)
			}
			a, _ := yaml.Marshal(want)
			b, _ := yaml.Marshal(r.Schema)
			if diff := cmp.Diff(string(a), string(b)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
