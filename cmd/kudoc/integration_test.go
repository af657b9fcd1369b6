package main

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"sigs.k8s.io/yaml"
)

// TestTheActionAndTheHookCallWhatThereIs: other repositories use them as they are, so that their flags must be those of vet.
func TestTheActionAndTheHookCallWhatThereIs(t *testing.T) {
	var action struct {
		Inputs map[string]struct{ Default string }
		Runs   struct {
			Steps []struct {
				Name, Run string
				Env       map[string]string
			}
		}
	}
	readYAML(t, "../../action.yml", &action)
	var hooks []struct {
		Entry string
		Args  []string
		Files string
	}
	readYAML(t, "../../.pre-commit-hooks.yaml", &hooks)
	vet := newVetCmd(stdio{})
	flags := func(line string) {
		for _, m := range regexp.MustCompile(`--([a-z-]+)`).FindAllStringSubmatch(line, -1) {
			if vet.Flags().Lookup(m[1]) == nil {
				t.Errorf("kudoc vet has no flag --%s", m[1])
			}
		}
	}
	steps := action.Runs.Steps
	last := steps[len(steps)-1]
	if last.Name != "kudoc vet" {
		t.Errorf("the last step of the action is %q", last.Name)
	}
	flags(last.Run)
	for name, value := range last.Env {
		m := regexp.MustCompile(`inputs\.([a-z-]+)`).FindStringSubmatch(value)
		if _, ok := action.Inputs[m[1]]; !ok {
			t.Errorf("%s is an input that the action does not have", name)
		}
	}
	if err := (&vetOptions{format: action.Inputs["format"].Default}).validate(); err != nil {
		t.Error(err)
	}
	for _, h := range hooks {
		if h.Entry != "kudoc vet" && h.Entry != "kudoc test" || !slices.Contains(h.Args, "./...") || !regexp.MustCompile(h.Files).MatchString("a/b.cue") {
			t.Errorf("the hook runs %q with %q for %q", h.Entry, h.Args, h.Files)
		}
	}
}

func readYAML(t *testing.T, path string, v any) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(b, v); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}
