package component

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kudoc/kudoc/sandbox/internal/folder"
	"github.com/kudoc/kudoc/sandbox/internal/node"
)

var (
	realPorts  = Ports{API: 1001, EtcdClient: 1002, EtcdPeer: 1003, Controller: 1004, Scheduler: 1005, Kubelet: 1006, Proxy: 1007}
	testInside = node.Inside{Dir: "/s", Store: "/store", Program: "/p", Ready: "/s/work/node-ready", Ports: realPorts.All()}
)

func TestRealComponentsStartInOrder(t *testing.T) {
	var got []string
	for _, c := range Real(folder.Layout{Dir: "/s"}, realPorts, testInside) {
		got = append(got, strings.TrimSpace(c.Name+" "+c.Health))
	}
	want := []string{
		"node-init",
		"etcd https://127.0.0.1:1002/health",
		"kube-apiserver https://127.0.0.1:1001/readyz",
		"kube-controller-manager https://127.0.0.1:1004/healthz",
		"kube-scheduler https://127.0.0.1:1005/readyz",
		"containerd",
		"kubelet http://127.0.0.1:1006/healthz",
		"kube-proxy http://127.0.0.1:1007/healthz",
		"cluster-dns",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("components (-want +got):\n%s", diff)
	}
}

// TestRealComponentsFindTheirFiles: each file below the folder that an argument
// or a configuration file names is written before, or is somebody's to make.
func TestRealComponentsFindTheirFiles(t *testing.T) {
	l := folder.Layout{Dir: "/s"}
	files, err := Files(realPorts, noon, NodeAddresses()...)
	if err != nil {
		t.Fatal(err)
	}
	var named []string
	for name, content := range node.Files(NodeSettings(l, realPorts, "/store", "/cni")) {
		files[filepath.Join(node.Dir, "config", name)] = content
		named = append(named, strings.FieldsFunc(string(content), func(r rune) bool { return strings.ContainsRune(" \n\"{},", r) })...)
	}
	for _, c := range Real(l, realPorts, testInside) {
		for _, arg := range c.Args {
			_, value, _ := strings.Cut("="+arg, "=")
			if _, after, found := strings.Cut(value, "="); found {
				value = after
			}
			named = append(named, value)
		}
	}
	made := []string{"etcd", "work/flexvolume", "work/node-ready", "node/config/cni"}
	found := 0
	for _, value := range named {
		name, inside := strings.CutPrefix(value, "/s/")
		if !inside {
			continue
		}
		found++
		if _, written := files[name]; !written && !slices.Contains(made, name) {
			t.Errorf("nobody writes %s", value)
		}
	}
	if found < 20 {
		t.Errorf("%d files are named, which cannot be all", found)
	}
}
