package main

import (
	"os/exec"
	"strings"
	"testing"
)

// TestImports states which room may know which other, and why.
func TestImports(t *testing.T) {
	const (
		own    = "github.com/kudoc/kudoc/"
		client = "k8s.io/client-go"
		ctrl   = "sigs.k8s.io/controller-runtime"
		cue    = "cuelang.org/go"
		cobra  = "github.com/spf13/cobra"
	)
	type ban struct{ pkg, why string }
	rules := map[string][]ban{
		"api/v1alpha1": {
			{own, "the kinds are what everything else agrees on: they depend on nothing of ours"},
			{client, "the kinds take no client"}, {ctrl, "the kinds take no client"}, {cue, "the kinds know no CUE"},
		},
		"internal/render": {
			{cue, "the controller renders, and it links no CUE"},
			{client, "rendering is pure"}, {ctrl, "rendering is pure"},
			{own + "internal/compile", "the compiler uses render as its oracle's other half, not the other way round"},
			{own + "internal/runtime", "rendering knows no cluster"}, {own + "schema", "the schema is CUE"},
		},
		"internal/render/value": {{own, "values are the ground on which all else is computed"}},
		"internal/render/library": {
			{own + "api/", "functions work on values, whatever they are of"}, {own + "internal/render/expression", "expressions call functions"},
		},
		"internal/render/expression": {
			{own + "api/", "an expression is one, wherever it stands"}, {own + "internal/render/parameter", "parameters have expressions"},
		},
		"internal/compile": {
			{client, "compiling needs no cluster: definitions are checked offline, also where their kinds are not installed"},
			{ctrl, "compiling needs no cluster"}, {cobra, "the compiler is a library"},
			{own + "internal/runtime", "the compiler knows no cluster"},
		},
		"internal/graph": {
			{own + "internal/compile", "a graph is of a version, however it was made"}, {cue, "a graph is of a version, however it was made"},
			{client, "drawing is pure"}, {ctrl, "drawing is pure"}, {cobra, "drawing is pure"},
		},
		"internal/report": {
			{client, "findings are about sources"}, {ctrl, "findings are about sources"}, {cobra, "rendering is pure"},
			{own + "internal/render", "what is found is known before it is printed"},
		},
		"internal/starter":  {{own, "it writes files, which other rooms read"}},
		"internal/revision": {{own, "it reads directories, whatever is in them"}, {cue, "it reads directories, whatever is in them"}},
		"internal/runtime/plan": {
			{own + "internal/", "the state machine is pure"},
			{client, "the state machine does no IO"}, {ctrl, "the state machine does no IO"}, {cue, "the state machine knows no CUE"},
		},
		"internal/runtime/change": {
			{own + "internal/", "what a change calls for is pure"},
			{client, "what a change calls for is pure"}, {ctrl, "what a change calls for is pure"}, {cue, "the controller links no CUE"},
		},
		"internal/testrun": {
			{client, "tests need no cluster"}, {ctrl, "tests need no cluster"}, {cobra, "running tests is a library"},
			{own + "internal/report", "what became of tests is known before it is printed"},
		},
		"internal/testrun/match": {
			{own + "internal/runtime", "values are compared, whatever they are of"}, {own + "api/", "values are compared, whatever they are of"},
		},
		"internal/testrun/outcome": {
			{own + "internal/render", "it is data, for those who print it"}, {own + "internal/runtime", "it is data, for those who print it"},
		},
		"internal/runtime/execution": {
			{client, "what a plan would apply can be shown without a cluster"}, {ctrl, "what a plan would apply can be shown without a cluster"},
			{cue, "the controller renders, and it links no CUE"},
		},
		"internal/runtime": {
			{cue, "a definition reaches the controller only as a FrameworkVersion"},
			{own + "internal/compile", "a definition reaches the controller only as a FrameworkVersion"}, {own + "schema", "the schema is CUE"},
		},
		"cmd/kudoc": {
			{ctrl + "/pkg/manager", "the controller's libraries cost every command their initialization"},
		},
		"cmd/kudoc-controller": {
			{cue, "the controller stays slim, and no upgrade of CUE can change what a stored version means"},
		},
	}
	for room, bans := range rules {
		t.Run(room, func(t *testing.T) {
			out, err := exec.Command("go", "list", "-deps", own+room).Output()
			if err != nil {
				t.Fatalf("go list: %v", err)
			}
			for pkg := range strings.FieldsSeq(string(out)) {
				for _, b := range bans {
					itself := pkg == own+room || strings.HasPrefix(pkg, own+room+"/")
					if strings.HasPrefix(pkg, b.pkg) && !itself {
						t.Errorf("%s imports %s: %s", room, pkg, b.why)
					}
				}
			}
		})
	}
}

// TestNobodyImportsCommandsOrWhatIsForTests: commands wire and print, and what others need does not belong there.
func TestNobodyImportsCommandsOrWhatIsForTests(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", "{{.ImportPath}} {{join .Imports \" \"}}", "github.com/kudoc/kudoc/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for line := range strings.Lines(string(out)) {
		pkgs := strings.Fields(line)
		for _, imported := range pkgs[1:] {
			if strings.HasPrefix(imported, "github.com/kudoc/kudoc/cmd/") || imported == "github.com/kudoc/kudoc/internal/clustertest" {
				t.Errorf("%s imports %s", pkgs[0], imported)
			}
		}
	}
}
