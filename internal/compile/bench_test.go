package compile

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

func BenchmarkKafka(b *testing.B) {
	dir := filepath.Join("..", "..", "testdata", "bench", "kafka")
	for _, m := range []struct {
		name     string
		validate bool
	}{{"with validation", true}, {"without validation", false}} {
		b.Run(m.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c := &compilation{opts: Options{Dir: dir, KudocVersion: "bench"}}
				passes := []func(){c.load, c.unify, c.check, c.evaluate, c.lower}
				if m.validate {
					passes = append(passes, c.validate)
				}
				for _, pass := range append(passes, c.emit) {
					pass()
				}
				if c.diags.HasErrors() {
					b.Fatal(c.diags.Error())
				}
			}
		})
	}
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
				c := &compilation{opts: Options{Dir: dir, KudocVersion: "bench"}}
				for _, pass := range []func(){c.load, c.unify, c.check, c.evaluate, c.lower, c.emit} {
					pass()
				}
				if c.diags.HasErrors() {
					b.Fatal(c.diags.Error())
				}
			}
		})
	}
}
