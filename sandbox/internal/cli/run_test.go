package cli

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kudoc/kudoc/sandbox/internal/cluster"
)

func TestExitOfCommand(t *testing.T) {
	tests := map[string]struct {
		script string
		want   error
	}{
		"success":         {"true", nil},
		"failure":         {"exit 7", exitCode(7)},
		"ended by signal": {"kill -TERM $$", exitCode(143)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := exitOf(exec.Command("sh", "-c", test.script).Run()); !errors.Is(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

// TestMainReports: what goes wrong is on stderr and names the fix, results are
// on stdout, and the exit status tells them apart.
func TestMainReports(t *testing.T) {
	dir := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		args           []string
		code           int
		stdout, stderr string // parts
	}{
		"help":                  {[]string{"--help"}, 0, "sandbox.kudoc.dev/fail", ""},
		"unknown verb":          {[]string{"upp"}, 1, "", `unknown command "upp"`},
		"bad number":            {[]string{"up", "--nodes=0", "--dir", dir}, 1, "", "choose 1 to 1000"},
		"nodes of another kind": {[]string{"up", "--node=fake", "--dir", dir}, 1, "", "choose simulated or real"},
		"many real nodes":       {[]string{"up", "--node=real", "--nodes=2", "--dir", dir}, 1, "", "there is one real node"},
		"images for nobody":     {[]string{"up", "--images=a", "--dir", dir}, 1, "", "--images is for --node=real"},
		"enter none":            {[]string{"enter", "--dir", dir, "--", "true"}, 1, "", "start one with sandbox up"},
		"load into none":        {[]string{"image", "load", "--dir", dir, "a"}, 1, "", "start one with sandbox up, with --node=real"},
		"unknown image":         {[]string{"image", "build", "nope"}, 1, "", "no recipe for nope: choose from pause"},
		"half a program":        {[]string{"image", "build", "--from-program=x"}, 1, "", "write REF=PATH"},
		"short reference":       {[]string{"image", "build", "--from-program=x=y"}, 1, "", "is no full reference"},
		"programs of one name":  {[]string{"image", "build", "--from-program=localhost/a/b:1=" + self + "," + self}, 1, "", "two programs are called"},
		"an empty program":      {[]string{"image", "build", "--from-program=localhost/a/b:1=" + self + ","}, 1, "", "a path is empty"},
		"status of none":        {[]string{"status", "--dir", dir}, 1, "no sandbox runs in " + dir, ""},
		"status as JSON":        {[]string{"status", "-o", "json", "--dir", dir}, 1, `"running": false`, ""},
		"kubeconfig of none":    {[]string{"kubeconfig", "--dir", dir}, 1, "", "start one with sandbox up"},
		"down of none":          {[]string{"down", "--dir", dir}, 0, "", "none runs"},
		"run of nothing":        {[]string{"run"}, 1, "", "requires at least 1 arg"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			code := Main(test.args, Streams{In: strings.NewReader(""), Out: &stdout, Err: &stderr})
			if code != test.code {
				t.Errorf("exit status %d, want %d", code, test.code)
			}
			if !strings.Contains(stdout.String(), test.stdout) || test.stdout == "" && stdout.Len() > 0 {
				t.Errorf("stdout %q, want part %q", stdout.String(), test.stdout)
			}
			if !strings.Contains(stderr.String(), test.stderr) || test.stderr == "" && stderr.Len() > 0 {
				t.Errorf("stderr %q, want part %q", stderr.String(), test.stderr)
			}
		})
	}
}

func TestPrintStatus(t *testing.T) {
	var out bytes.Buffer
	err := printStatus(&out, cluster.Status{
		Phase: cluster.Running, Dir: "/s", Nodes: 1,
		Components: []cluster.ComponentStatus{{Name: "etcd", PID: 7, Health: "ok"}},
	}, "")
	if err != nil {
		t.Fatal(err)
	}
	want := "phase   running\nfolder  /s\nnodes   1\netcd    pid 7, ok\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("status (-want +got):\n%s", diff)
	}
}
