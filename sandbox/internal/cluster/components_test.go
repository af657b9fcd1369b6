package cluster

import (
	"maps"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var testPorts = Ports{API: 1001, EtcdClient: 1002, EtcdPeer: 1003, Controller: 1004, Scheduler: 1005}

func TestComponentsStartInOrder(t *testing.T) {
	var got []string
	for _, c := range Components(Layout{Dir: "/s"}, testPorts) {
		got = append(got, strings.TrimSpace(c.Name+" "+c.Health))
	}
	want := []string{
		"etcd https://127.0.0.1:1002/health",
		"kube-apiserver https://127.0.0.1:1001/readyz",
		"kube-controller-manager https://127.0.0.1:1004/healthz",
		"kube-scheduler https://127.0.0.1:1005/readyz",
		"kwok",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("components (-want +got):\n%s", diff)
	}
}

// TestComponentsAreConfined: whoever else uses the machine must reach nothing
// without a key, and the sandbox must leave nothing outside of its folder.
func TestComponentsAreConfined(t *testing.T) {
	for _, c := range Components(Layout{Dir: "/sandbox"}, testPorts) {
		for _, arg := range c.Args {
			name, value, _ := strings.Cut(strings.TrimLeft(arg, "-"), "=")
			if strings.HasSuffix(name, "bind-address") && value != "127.0.0.1" {
				t.Errorf("%s binds to %s", c.Name, value)
			}
			if strings.HasPrefix(name, "listen-") {
				u, err := url.Parse(value)
				if err != nil || u.Hostname() != "127.0.0.1" || u.Scheme != "https" {
					t.Errorf("%s listens on %s", c.Name, value)
				}
			}
			if filepath.IsAbs(value) && !strings.HasPrefix(value, "/sandbox/") {
				t.Errorf("%s uses %s", c.Name, arg)
			}
		}
	}
}

// TestComponentsFindTheirFiles: each file below the folder that an argument
// names is written before, or is the component's own to make.
func TestComponentsFindTheirFiles(t *testing.T) {
	files, err := contents(testPorts, noon)
	if err != nil {
		t.Fatal(err)
	}
	made := []string{"etcd", "work/flexvolume"}
	for _, c := range Components(Layout{Dir: "/s"}, testPorts) {
		for _, arg := range c.Args {
			_, value, _ := strings.Cut(arg, "=")
			name, inside := strings.CutPrefix(value, "/s/")
			if _, found := files[name]; inside && !found && !slices.Contains(made, name) {
				t.Errorf("%s: nobody writes %s", c.Name, arg)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if top, _, _ := strings.Cut(name, "/"); !slices.Contains(owned(), top) {
			t.Errorf("clean-up would forget %s", name)
		}
	}
}

func TestEnvironmentKeepsUsersSettingsOut(t *testing.T) {
	users := map[string]string{"PATH": "/bin", "HOME": "/home/u", "ETCD_NAME": "x", "KUBECONFIG": "/k", "HTTPS_PROXY": "p"}
	got := environment(Layout{Dir: "/s"}, func(k string) string { return users[k] })
	want := []string{"PATH=/bin:/usr/local/sbin:/usr/sbin:/sbin", "HOME=/s/work", "TMPDIR=/s/work", "KWOK_WORKDIR=/s/work", "KUDOC_SANDBOX_LIFELINE=4"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("environment (-want +got):\n%s", diff)
	}
}

func TestFreePortsDiffer(t *testing.T) {
	p, held, err := freePorts()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range held {
		defer l.Close()
	}
	ports := p.all()
	slices.Sort(ports)
	if len(slices.Compact(ports)) != 7 || ports[0] == 0 {
		t.Errorf("ports %+v", p)
	}
}

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
			if err := nodeReady([]byte(test.node)); (err == nil) != test.ok {
				t.Errorf("error %v, want ready %v", err, test.ok)
			}
		})
	}
}

// TestStages: every pod stage but the one that deletes must leave alone a pod
// that is on its way out, and the annotations must mean what the help says.
func TestStages(t *testing.T) {
	raw, err := stageFile()
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
