package manifest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNodeReady(t *testing.T) {
	tests := map[string]struct {
		node string
		ok   bool
	}{
		"ready":         {`{"metadata":{"name":"n"},"status":{"conditions":[{"type":"DiskPressure","status":"False"},{"type":"Ready","status":"True"}]}}`, true},
		"not ready":     {`{"status":{"conditions":[{"type":"Ready","status":"False"}]}}`, false},
		"no status yet": {`{"metadata":{"name":"n"}}`, false},
		"no JSON":       {`<html>`, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if err := NodeReady([]byte(test.node)); (err == nil) != test.ok {
				t.Errorf("error %v, want ready %v", err, test.ok)
			}
		})
	}
}

// TestStages: every pod stage but the one that deletes must leave alone a pod
// that is on its way out, and the annotations must mean what the help says.
func TestStages(t *testing.T) {
	raw, err := Stages()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, doc := range strings.Split(string(raw), "---\n")[1:] {
		_, rest, _ := strings.Cut(doc, "metadata:\n  name: ")
		name, rest, _ := strings.Cut(rest, "\n")
		names = append(names, name)
		if strings.Contains(doc, "kind: Pod\n") && name != "pod-delete" &&
			!strings.Contains(rest, "- key: '.metadata.deletionTimestamp'\n      operator: 'DoesNotExist'") {
			t.Errorf("stage %s touches pods that are being deleted", name)
		}
	}
	want := []string{"node-heartbeat", "node-initialize", "pod-complete", "pod-crash", "pod-delete", "pod-fail",
		"pod-image-error", "pod-ready", "pod-unready", "volume-delete", "volume-provision"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("stages (-want +got):\n%s", diff)
	}
}
