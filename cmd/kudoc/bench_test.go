package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kudoc/kudoc/internal/compile"
)

// inputs are what the controller would say, so that cue can export the objects.
const inputs = `package kafka
instance: {name: "k", namespace: "ns", uid: "u"}
plan: name: "deploy"
`

// BenchmarkProcesses runs kudoc and cue on the same framework of eleven objects, one after the other, as whole processes,
// and reports how much longer kudoc takes: when the framework is unchanged, and when it is validated anew.
func BenchmarkProcesses(b *testing.B) {
	kudoc, cue := programs(b)
	exported := b.TempDir()
	if err := os.CopyFS(exported, os.DirFS(framework)); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(exported, "inputs.cue"), []byte(inputs), 0o644); err != nil {
		b.Fatal(err)
	}
	elapsed(b, exported, os.Environ(), kudoc, "mod", "vendor", ".")
	warm := append(os.Environ(), "XDG_CACHE_HOME="+b.TempDir())
	elapsed(b, framework, warm, kudoc, "build", ".") // to remember it
	var export, vet, remembered, validated, vetted []time.Duration
	for b.Loop() {
		cold := append(os.Environ(), "XDG_CACHE_HOME="+b.TempDir())
		export = append(export, elapsed(b, exported, warm, cue, "export", "-e", "tasks", "."))
		remembered = append(remembered, elapsed(b, framework, warm, kudoc, "build", "."))
		vet = append(vet, elapsed(b, exported, warm, cue, "vet", "-c=false", "."))
		vetted = append(vetted, elapsed(b, framework, warm, kudoc, "vet", "."))
		validated = append(validated, elapsed(b, framework, cold, kudoc, "build", "."))
	}
	b.ReportMetric(median(export).Seconds()*1000, "ms/cue-export")
	b.ReportMetric(float64(median(remembered))/float64(median(export)), "build/export")
	b.ReportMetric(float64(median(validated))/float64(median(export)), "validated-build/export")
	b.ReportMetric(float64(median(vetted))/float64(median(vet)), "vet/cue-vet")
}

const framework = "../../testdata/bench/kafka"

// programs builds kudoc, and cue of the version that kudoc embeds.
func programs(b *testing.B) (kudoc, cue string) {
	kudoc = filepath.Join(b.TempDir(), "kudoc")
	if out, err := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", kudoc, ".").CombinedOutput(); err != nil {
		b.Fatalf("build kudoc: %v\n%s", err, out)
	}
	out, err := exec.Command("go", "tool", "-modfile=../../go.tools.mod", "-n", "cue").Output()
	if err != nil {
		b.Fatalf("build cue: %v", err)
	}
	cue = strings.TrimSpace(string(out))
	if out, err := exec.Command(cue, "version").Output(); err != nil || !strings.Contains(string(out), compile.CUEVersion) {
		b.Fatalf("cue is not of version %s, which kudoc embeds: %v\n%s", compile.CUEVersion, err, out)
	}
	return kudoc, cue
}

func elapsed(b *testing.B, dir string, env []string, name string, args ...string) time.Duration {
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = dir, env
	start := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%s %s: %v\n%s", filepath.Base(name), strings.Join(args, " "), err, out)
	}
	return time.Since(start)
}

func median(ds []time.Duration) time.Duration {
	slices.Sort(ds)
	return ds[len(ds)/2]
}
