package component

import (
	"maps"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kudoc/kudoc/sandbox/internal/folder"
)

var testPorts = Ports{API: 1001, EtcdClient: 1002, EtcdPeer: 1003, Controller: 1004, Scheduler: 1005}

func TestComponentsStartInOrder(t *testing.T) {
	var got []string
	for _, c := range Simulated(folder.Layout{Dir: "/s"}, testPorts) {
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
	for _, c := range Simulated(folder.Layout{Dir: "/sandbox"}, testPorts) {
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
	files, err := Files(testPorts, noon)
	if err != nil {
		t.Fatal(err)
	}
	made := []string{"etcd", "work/flexvolume"}
	for _, c := range Simulated(folder.Layout{Dir: "/s"}, testPorts) {
		for _, arg := range c.Args {
			_, value, _ := strings.Cut(arg, "=")
			name, inside := strings.CutPrefix(value, "/s/")
			if _, found := files[name]; inside && !found && !slices.Contains(made, name) {
				t.Errorf("%s: nobody writes %s", c.Name, arg)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if top, _, _ := strings.Cut(name, "/"); !slices.Contains(folder.Owned(), top) {
			t.Errorf("clean-up would forget %s", name)
		}
	}
}

func TestFreePortsDiffer(t *testing.T) {
	p, held, err := FreePorts()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range held {
		defer func() { _ = l.Close() }()
	}
	ports := p.All()
	slices.Sort(ports)
	if len(slices.Compact(ports)) != 7 || ports[0] == 0 {
		t.Errorf("ports %+v", p)
	}
}
