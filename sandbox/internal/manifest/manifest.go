// Package manifest holds the objects that every sandbox starts with, and the
// stages by which kwok simulates nodes.
package manifest

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"path"
)

// files holds the stages, which tell kwok how nodes, pods and volumes
// progress, and the objects that every sandbox starts with.
//
//go:embed stages *.yaml
var files embed.FS

const (
	// Simulated is the annotation that marks the nodes that kwok simulates, so that a real one
	// could join beside them.
	Simulated = "kwok.x-k8s.io/node"
	// NodeAddress is from a range reserved for documentation: nothing answers there.
	NodeAddress = "192.0.2.1"
)

// Stages joins the stages to the one file that kwok reads.
func Stages() ([]byte, error) {
	entries, err := files.ReadDir("stages")
	if err != nil {
		return nil, fmt.Errorf("read the stages: %w", err)
	}
	var out bytes.Buffer
	for _, e := range entries {
		content, err := files.ReadFile(path.Join("stages", e.Name()))
		if err != nil {
			return nil, fmt.Errorf("read the stages: %w", err)
		}
		out.WriteString("---\n")
		out.Write(content)
	}
	return out.Bytes(), nil
}

// NodeName numbers nodes from 1.
func NodeName(i int) string { return fmt.Sprintf("node-%d", i) }

// Node is what a kubelet would register. Capacity and conditions come
// from the stages.
func Node(name string) ([]byte, error) {
	return json.Marshal(map[string]any{
		"apiVersion": "v1",
		"kind":       "Node",
		"metadata": map[string]any{
			"name":        name,
			"annotations": map[string]string{Simulated: "fake"},
			"labels": map[string]string{
				"kubernetes.io/hostname": name,
				"kubernetes.io/os":       "linux",
				"kubernetes.io/arch":     "amd64",
			},
		},
	})
}

// NodeReady tells why a node, as the API server returns it, is not ready.
func NodeReady(raw []byte) error {
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

// StorageClass is the class that claims get unless they name another.
func StorageClass(realNode bool) ([]byte, error) {
	name := "storageclass.yaml"
	if realNode {
		name = "storageclass-real.yaml"
	}
	class, err := files.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read the storage class: %w", err)
	}
	return class, nil
}
