package node

import (
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"
)

var settings = Settings{
	Paths:         Paths{Config: "/s/node/config", Store: "/cache/store", CNI: "/cni"},
	AuthorityFile: "/s/pki/ca.crt", CertFile: "/s/pki/server.crt", KeyFile: "/s/pki/server.key",
	ProxyKubeconfig: "/s/config/kube-proxy.kubeconfig",
	KubeletHealth:   1001, ProxyHealth: 1002,
}

// TestKubeletIsAGuest: it must not change what belongs to the machine, nor meet
// a kubelet that manages it, nor listen to who has no certificate.
func TestKubeletIsAGuest(t *testing.T) {
	var got map[string]any
	if err := yaml.UnmarshalStrict(Files(settings)["kubelet.yaml"], &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"cgroupRoot":             "/" + CgroupName,
		"oomScoreAdj":            0.0,
		"makeIPTablesUtilChains": false,
		"readOnlyPort":           0.0,
		"healthzPort":            1001.0,
		"clusterDNS":             []any{Address},
		"authentication": map[string]any{
			"anonymous": map[string]any{"enabled": false},
			"webhook":   map[string]any{"enabled": false},
			"x509":      map[string]any{"clientCAFile": "/s/pki/ca.crt"},
		},
	}
	for key := range got {
		if _, asked := want[key]; !asked {
			delete(got, key)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("kubelet (-want +got):\n%s", diff)
	}
}

// TestStoreIsPutInOrderWithoutPods: the part of containerd that remembers pods
// is off then, and on afterwards; the rest is the same.
func TestStoreIsPutInOrderWithoutPods(t *testing.T) {
	files := Files(settings)
	store, full := string(files["store.toml"]), string(files["containerd.toml"])
	if !strings.Contains(store, `"io.containerd.grpc.v1.cri"]`) || strings.Contains(full, `"io.containerd.grpc.v1.cri"]`+"\n[grpc]") {
		t.Errorf("store.toml:\n%s\ncontainerd.toml:\n%s", store, full)
	}
	if strings.Replace(store, `, "io.containerd.grpc.v1.cri"]`, "]", 1) != full {
		t.Error("the configurations differ in more than that")
	}
}

func TestPodsGetAddressesBesideTheNode(t *testing.T) {
	var got struct {
		Plugins []struct {
			IPAM struct{ Ranges [][]struct{ Subnet string } }
		}
	}
	if err := json.Unmarshal(Files(settings)["cni/10-pods.conflist"], &got); err != nil {
		t.Fatal(err)
	}
	pods, err := netip.ParsePrefix(got.Plugins[0].IPAM.Ranges[0][0].Subnet)
	if err != nil {
		t.Fatal(err)
	}
	if pods.Overlaps(nodeAddress()) {
		t.Errorf("pods are in %s, the node in %s", pods, nodeAddress())
	}
}

func TestInsideReadsItsOwnArguments(t *testing.T) {
	want := Inside{Dir: "/a b", Store: "/c", Program: "/d", Ready: "/e", Ports: []int{1, 2}}
	got, err := parseInside(want.Args())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := parseInside([]string{"--ports=x"}); err == nil {
		t.Error("a port that is none is taken")
	}
}

// fine is a machine that has all.
func fine() Facts {
	programs := map[string]bool{}
	for name := range debianPackages {
		programs[name] = true
	}
	return Facts{Linux: true, Root: true, Programs: programs, Plugins: true, MemoryMB: 8 << 10, DiskMB: 20 << 10, DiskDir: "/cache"}
}

func TestJudge(t *testing.T) {
	tests := map[string]struct {
		change func(*Facts)
		want   []string // parts of problem and fix, one finding each
	}{
		"nothing is missing": {func(*Facts) {}, nil},
		"not Linux":          {func(f *Facts) { *f = Facts{} }, []string{"does not run Linux"}},
		"not root":           {func(f *Facts) { f.Root = false }, []string{"needs root"}},
		"all programs are named in one command": {
			func(f *Facts) { f.Programs["runc"], f.Programs["ctr"], f.Plugins = false, false, false },
			[]string{"install -y --no-install-recommends containerd containernetworking-plugins runc"},
		},
		"everything at once": {
			func(f *Facts) {
				f.Programs["nft"], f.MemoryMB, f.DiskMB, f.Busy = false, 100, 100, true
				f.Namespaces, f.Cgroups = "denied", "read-only"
				f.Probe = map[string]string{probeOverlay: "no such device", probeProc: ""}
			},
			[]string{"nft", "denied", "an overlay mount does not work: no such device", "read-only", "100 MB of memory", "100 MB are free", "another real node"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := fine()
			test.change(&f)
			got := Judge(f)
			if len(got) != len(test.want) {
				t.Fatalf("findings %v, want %d", got, len(test.want))
			}
			for i, want := range test.want {
				if !strings.Contains(got[i].Problem+got[i].Fix, want) || got[i].Fix == "" {
					t.Errorf("finding %v, want part %q", got[i], want)
				}
			}
		})
	}
}

func TestEveryProbeHasAFix(t *testing.T) {
	for _, name := range []string{probeProc, probeTmpfs, probeOverlay, probeBridge, probeVeth, probeNft} {
		if probes[name] == "" {
			t.Errorf("%s has no fix", name)
		}
	}
}

func TestUnifiedProblem(t *testing.T) {
	tests := map[string]struct {
		offered, enabled []string
		occupied         bool
		want             string
	}{
		"all there":            {wanted, wanted, true, ""},
		"can be enabled":       {wanted, nil, false, ""},
		"processes in the way": {wanted, []string{"cpu"}, true, "controllers are not enabled (cpuset, memory, pids) and processes are in the way"},
		"a controller is off":  {[]string{"cpu", "cpuset", "pids"}, nil, false, "there is no controller memory"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := unifiedProblem(test.offered, test.enabled, test.occupied); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestCgroupsOfBothVersions makes and removes them in plain folders.
func TestCgroupsOfBothVersions(t *testing.T) {
	for name, version2 := range map[string]bool{"version 1": false, "version 2": true} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			own := filepath.Join(root, "memory", CgroupName)
			if version2 {
				own = filepath.Join(root, CgroupName)
				write(t, filepath.Join(root, "cgroup.controllers"), "cpu cpuset memory pids")
			}
			mkdir(t, filepath.Join(root, "memory"))
			if err := makeCgroups(root); err != nil {
				t.Fatal(err)
			}
			mkdir(t, filepath.Join(own, "kubepods", "besteffort"))
			other := filepath.Join(root, "memory", "kubepods")
			mkdir(t, other)
			if err := removeCgroups(root); err != nil {
				t.Fatal(err)
			}
			if _, err := os.Stat(own); !os.IsNotExist(err) {
				t.Errorf("%s is left", own)
			}
			if _, err := os.Stat(other); err != nil {
				t.Errorf("the cgroup of another kubelet is gone: %v", err)
			}
			if version2 {
				raw, err := os.ReadFile(filepath.Join(root, "cgroup.subtree_control"))
				if err != nil || string(raw) != "+cpu +cpuset +memory +pids" {
					t.Errorf("enabled %q: %v", raw, err)
				}
			}
		})
	}
}

// TestCgroupsWeigh: the node's cgroup gets more of a busy CPU than a process does.
func TestCgroupsWeigh(t *testing.T) {
	for _, name := range []string{"cpu.shares", "cpu.weight"} {
		dir := t.TempDir()
		file := filepath.Join(dir, name)
		write(t, file, "1")
		if err := setWeight(dir); err != nil {
			t.Fatal(err)
		}
		if raw, err := os.ReadFile(file); err != nil || string(raw) != weights[name] {
			t.Errorf("%s is %q, want %q: %v", name, raw, weights[name], err)
		}
		if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
			t.Errorf("%d files, want 1: %v", len(entries), err)
		}
	}
}

func mkdir(t *testing.T, dir string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, file, content string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestReadableRefs(t *testing.T) {
	got := readableRefs("docker.io/library/a:1\nsha256:12\ndocker.io/library/b@sha256:34\n")
	if !slices.Equal(got, []string{"docker.io/library/a:1"}) {
		t.Errorf("got %v", got)
	}
}
