package compile

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/cuecontext"

	"github.com/kudoc/kudoc/internal/render"
)

const kafka = "../../testdata/bench/kafka"

// BenchmarkKafka compiles a framework of eleven objects, and has CUE export the same objects.
func BenchmarkKafka(b *testing.B) {
	run := func(name string, compiled func() *compilation) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if c := compiled(); c.diags.HasErrors() {
					b.Fatal(c.diags.Error())
				}
			}
		})
	}
	run("compile", func() *compilation { return unvalidated(kafka) })
	run("compile and validate", func() *compilation { return compile(Options{Dir: kafka, KudocVersion: "bench"}) })
	b.Run("lint", func(b *testing.B) { // which is part of the above
		c := compile(Options{Dir: kafka, KudocVersion: "bench"})
		b.ReportAllocs()
		for b.Loop() {
			if c.lint(); len(c.diags) > 0 {
				b.Fatal(c.diags.Error())
			}
		}
		b.ReportMetric(float64(len(c.validation.Samples)), "samples")
	})
	b.Run("cue export", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			c := &compilation{opts: Options{Dir: kafka}}
			c.load()
			exported(b, cuecontext.New().BuildInstance(c.inst))
		}
	})
}

// exported is what CUE makes of the objects of an instance.
func exported(b *testing.B, v cue.Value) []byte {
	v = v.Unify(cuecontext.New().CompileString(`{instance: {name: "k", namespace: "ns", uid: "u"}, plan: name: "deploy"}`))
	out, err := v.LookupPath(cue.ParsePath("tasks")).MarshalJSON()
	if err != nil {
		b.Fatal(err)
	}
	return out
}

// BenchmarkRender renders the eleven objects three times over, as the controller does and as CUE does.
func BenchmarkRender(b *testing.B) {
	dir := b.TempDir()
	for _, name := range []string{"framework.cue", "lib.cue", "params.cue", "kafka.cue", "zookeeper.cue"} {
		src, err := os.ReadFile(filepath.Join(kafka, name))
		if err != nil {
			b.Fatal(err)
		}
		for i := range 3 {
			text, file := string(src), name
			if name == "kafka.cue" || name == "zookeeper.cue" {
				file = fmt.Sprintf("%d-%s", i, name)
				for _, task := range []string{"kafka", "zookeeper", "validation"} {
					text = strings.NewReplacer("tasks: "+task+":", fmt.Sprintf("tasks: %s%d:", task, i), "tasks."+task+".", fmt.Sprintf("tasks.%s%d.", task, i)).Replace(text)
				}
				for _, hidden := range []string{"_listeners", "_zkServers", "_zkConnect", "_pvc"} { // declared once
					if i > 0 {
						text = strings.ReplaceAll(text, "\n"+hidden+":", fmt.Sprintf("\n%s%d:", hidden, i))
					}
				}
			} else {
				text = strings.NewReplacer(`["zookeeper"]`, `["zookeeper0", "zookeeper1", "zookeeper2"]`, `["kafka"]`, `["kafka0", "kafka1", "kafka2"]`, `["validation"]`, `["validation0", "validation1", "validation2"]`).Replace(text)
			}
			if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
				b.Fatal(err)
			}
		}
	}
	c := unvalidated(dir)
	if c.diags.HasErrors() {
		b.Fatal(c.diags.Error())
	}
	program, err := render.Load(&c.result.Version.Spec)
	if err != nil {
		b.Fatal(err)
	}
	in := render.Inputs{Instance: render.InstanceInfo{Name: "k", Namespace: "ns", UID: "u"}, Plan: render.PlanInfo{Name: "deploy"}}
	b.Run("kudoc", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			objects := 0
			if in.Params, err = program.Params(map[string]any{"brokers": int64(5), "tls": true}); err != nil {
				b.Fatal(err)
			}
			rendering, err := program.With(in)
			if err != nil {
				b.Fatal(err)
			}
			for _, t := range c.spec.Tasks {
				some, err := rendering.Objects(t.Name)
				if err != nil {
					b.Fatal(err)
				}
				objects += len(some)
			}
			if objects != 33 {
				b.Fatalf("%d objects", objects)
			}
		}
		b.ReportMetric(float64(len(c.json(c.result.Version)))/1024, "KiB/version")
	})
	b.Run("cue", func(b *testing.B) {
		v := cuecontext.New().BuildInstance(c.inst)
		b.ReportAllocs()
		for b.Loop() {
			exported(b, v.FillPath(cue.ParsePath("params"), map[string]any{"brokers": 5, "tls": true}))
		}
	})
}

// BenchmarkManifests compiles frameworks of many objects, without validation: the time should grow as they do.
func BenchmarkManifests(b *testing.B) {
	for _, n := range []int{10, 30, 100, 300} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			dir := b.TempDir()
			var src strings.Builder
			src.WriteString("package f\nimport core \"kudoc.dev/k8s/core/v1\"\nparams: {port: int & >=1 & <=65535 | *80, tls: bool | *false}\n")
			for i := range n {
				fmt.Fprintf(&src, "tasks: t: apply: s%d: core.#Service & {metadata: name: \"\\(instance.name)-%d\", spec: ports: [{port: params.port}]\nif params.tls {spec: type: \"LoadBalancer\"}}\n", i, i)
			}
			for name, content := range map[string]string{"a.cue": minimal, "f.cue": src.String()} {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportAllocs()
			for b.Loop() {
				if c := unvalidated(dir); c.diags.HasErrors() {
					b.Fatal(c.diags.Error())
				}
			}
		})
	}
}
