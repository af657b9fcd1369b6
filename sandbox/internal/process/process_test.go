package process

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kudoc/kudoc/sandbox/internal/folder"
)

func TestEnvironmentKeepsUsersSettingsOut(t *testing.T) {
	users := map[string]string{"PATH": "/bin", "HOME": "/home/u", "ETCD_NAME": "x", "KUBECONFIG": "/k", "HTTPS_PROXY": "p"}
	got := environment(folder.Layout{Dir: "/s"}, func(k string) string { return users[k] })
	want := []string{"PATH=/bin:/usr/local/sbin:/usr/sbin:/sbin", "HOME=/s/work", "TMPDIR=/s/work", "KWOK_WORKDIR=/s/work", "KUDOC_SANDBOX_LIFELINE=4"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("environment (-want +got):\n%s", diff)
	}
}
