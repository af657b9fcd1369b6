package cluster

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"path"
)

// manifests holds the stages, which tell kwok how nodes, pods and volumes
// progress, and the objects that every sandbox starts with.
//
//go:embed manifests
var manifests embed.FS

const (
	// nodeAnnotation marks the nodes that kwok simulates, so that a real one
	// could join beside them.
	nodeAnnotation = "kwok.x-k8s.io/node"
	// nodeAddress is from a range reserved for documentation: nothing answers there.
	nodeAddress = "192.0.2.1"
)

// stageFile joins the stages to the one file that kwok reads.
func stageFile() ([]byte, error) {
	entries, err := manifests.ReadDir("manifests/stages")
	if err != nil {
		return nil, fmt.Errorf("read the stages: %w", err)
	}
	var out bytes.Buffer
	for _, e := range entries {
		content, err := manifests.ReadFile(path.Join("manifests/stages", e.Name()))
		if err != nil {
			return nil, fmt.Errorf("read the stages: %w", err)
		}
		out.WriteString("---\n")
		out.Write(content)
	}
	return out.Bytes(), nil
}

// nodeName numbers nodes from 1.
func nodeName(i int) string { return fmt.Sprintf("node-%d", i) }

// nodeObject is what a kubelet would register. Capacity and conditions come
// from the stages.
func nodeObject(name string) ([]byte, error) {
	return json.Marshal(map[string]any{
		"apiVersion": "v1",
		"kind":       "Node",
		"metadata": map[string]any{
			"name":        name,
			"annotations": map[string]string{nodeAnnotation: "fake"},
			"labels": map[string]string{
				"kubernetes.io/hostname": name,
				"kubernetes.io/os":       "linux",
				"kubernetes.io/arch":     "amd64",
			},
		},
	})
}

// nodeReady tells why a node, as the API server returns it, is not ready.
func nodeReady(raw []byte) error {
	var n struct {
		Metadata struct{ Name string }
		Status   struct {
			Conditions []struct{ Type, Status string }
		}
	}
	if err := json.Unmarshal(raw, &n); err != nil {
		return fmt.Errorf("read node: %w", err)
	}
	for _, c := range n.Status.Conditions {
		if c.Type == "Ready" && c.Status == "True" {
			return nil
		}
	}
	return fmt.Errorf("node %s is not ready", n.Metadata.Name)
}
