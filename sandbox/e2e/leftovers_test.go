package e2e

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// footprint is what a real node could leave behind on a machine.
type footprint struct {
	mounts, interfaces, cgroups, tables, settings []string
}

// kernelSettings are what a kubelet and kube-proxy like to change.
var kernelSettings = []string{
	"vm/overcommit_memory", "vm/panic_on_oom", "kernel/panic", "kernel/panic_on_oops", "kernel/hostname",
	"net/ipv4/ip_forward", "net/ipv4/conf/all/route_localnet",
}

// TestRealNodeLeavesNothing ends a node with a pod on it in every way that a node
// can end, and compares the machine with how it was.
func TestRealNodeLeavesNothing(t *testing.T) {
	s := newReal(t)
	for name, end := range map[string]func(*testing.T, sandbox){
		"down":               endByDown,
		"supervisor killed":  endOfSupervisor,
		"owner killed":       endOfOwner,
		"run interrupted":    endOfRun,
		"run itself killed":  endOfRunKilled,
		"first process dies": endOfInit,
	} {
		t.Run(name, func(t *testing.T) {
			one := sandbox{program: s.program, cache: s.cache, dir: filepath.Join(t.TempDir(), "sandbox")}
			before := look(t)
			end(t, one)
			var after footprint
			for deadline := time.Now().Add(15 * time.Second); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
				if after = look(t); same(before, after) {
					break
				}
			}
			if !same(before, after) {
				t.Errorf("before:\n%+v\nafter:\n%+v", before, after)
			}
			one.sandbox(t, "down")
			if _, err := os.Stat(one.dir); !os.IsNotExist(err) {
				t.Errorf("%s is left", one.dir)
			}
		})
	}
}

func endByDown(t *testing.T, s sandbox) {
	s.up(t)
	inside := s.occupy(t)
	s.sandbox(t, "down")
	inside.gone(t)
}

func endOfSupervisor(t *testing.T, s sandbox) {
	s.up(t)
	inside := s.occupy(t)
	kill(t, s.status(t).Supervisor, syscall.SIGKILL)
	inside.gone(t)
}

func endOfInit(t *testing.T, s sandbox) {
	s.up(t)
	inside := s.occupy(t)
	kill(t, inside.init, syscall.SIGKILL)
	inside.gone(t)
}

func endOfOwner(t *testing.T, s sandbox) {
	owner := exec.Command("sleep", "600")
	if err := owner.Start(); err != nil {
		t.Fatal(err)
	}
	s.up(t, "--owner-pid="+strconv.Itoa(owner.Process.Pid))
	inside := s.occupy(t)
	kill(t, owner.Process.Pid, syscall.SIGKILL)
	_ = owner.Wait()
	inside.gone(t)
}

// endOfRun presses ^C: a terminal sends it to the whole process group.
func endOfRun(t *testing.T, s sandbox) {
	cmd := s.startRun(t)
	inside := s.occupy(t)
	kill(t, -cmd.Process.Pid, syscall.SIGINT)
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 130 {
		t.Errorf("exit status %d, want 130", code)
	}
	inside.gone(t)
}

func endOfRunKilled(t *testing.T, s sandbox) {
	cmd := s.startRun(t)
	inside := s.occupy(t)
	kill(t, cmd.Process.Pid, syscall.SIGKILL)
	_ = cmd.Wait()
	// The user's command is nobody's to end but the user's.
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	inside.gone(t)
}

func (s sandbox) startRun(t *testing.T) *exec.Cmd {
	t.Helper()
	cmd := s.command("run", "--node=real", "--dir", s.dir, "--", "sleep", "600")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	// A file: the command's own child may outlive it and would hold a pipe open.
	said, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = said.Close() }()
	cmd.Stderr = said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); s.command("status").Run() != nil; time.Sleep(200 * time.Millisecond) {
		if time.Now().After(deadline) {
			kill(t, -cmd.Process.Pid, syscall.SIGINT)
			_ = cmd.Wait()
			raw, _ := os.ReadFile(said.Name())
			t.Fatalf("run does not come up:\n%s", raw)
		}
	}
	return cmd
}

// inside are the namespaces of a node and the processes in them.
type inside struct {
	init       int
	namespaces []string
	processes  []int
}

// occupy puts a pod with a volume on the node, and makes sure that the ways to
// see what is left see what is there.
func (s sandbox) occupy(t *testing.T) inside {
	t.Helper()
	s.kubectl(t, containers, "apply", "-f", "-")
	s.eventually(t, "pod/hello", `{.status.conditions[?(@.type=="Ready")].status}`, "True")
	s.eventually(t, "pod/member-0", "{.status.phase}", "Running")
	var in inside
	for _, c := range s.status(t).Components {
		if c.Name == "node-init" {
			in.init = c.PID
		}
	}
	for _, kind := range []string{"mnt", "net", "ipc", "uts", "pid"} {
		link, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/%s", in.init, kind))
		if err != nil {
			t.Fatal(err)
		}
		in.namespaces = append(in.namespaces, link)
	}
	in.processes = in.members(t)
	// Eight components beside the first process, and shims.
	if len(in.processes) < 12 {
		t.Errorf("%d processes in the namespaces, want at least 12", len(in.processes))
	}
	if len(look(t).cgroups) == 0 {
		t.Error("the node has no cgroup")
	}
	return in
}

// members are the processes that are in one of the namespaces.
func (in inside) members(t *testing.T) []int {
	t.Helper()
	entries, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatal(err)
	}
	var found []int
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		for _, kind := range []string{"mnt", "net", "ipc", "uts", "pid"} {
			link, err := os.Readlink(filepath.Join("/proc", e.Name(), "ns", kind))
			if err == nil && slices.Contains(in.namespaces, link) {
				found = append(found, pid)
				break
			}
		}
	}
	return found
}

// gone waits until no process is in the namespaces. What is left behind is more
// than this only if the kernel keeps it.
func (in inside) gone(t *testing.T) {
	t.Helper()
	var left []int
	for deadline := time.Now().Add(15 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if left = in.members(t); len(left) == 0 {
			return
		}
	}
	t.Errorf("processes %v are left", left)
}

// up boots a real node; where that fails, the log that the error names says why.
func (s sandbox) up(t *testing.T, args ...string) {
	t.Helper()
	out, err := s.command(append([]string{"up", "--node=real"}, args...)...).CombinedOutput()
	if err == nil {
		return
	}
	_, log, _ := strings.Cut(strings.TrimSpace(string(out)), ": see ")
	raw, _ := os.ReadFile(log)
	t.Fatalf("up: %v\n%s\n%s", err, out, raw[max(0, len(raw)-3000):])
}

func kill(t *testing.T, pid int, sig syscall.Signal) {
	t.Helper()
	if err := syscall.Kill(pid, sig); err != nil {
		t.Fatalf("kill %d: %v", pid, err)
	}
}

func look(t *testing.T) footprint {
	t.Helper()
	mounts, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		t.Fatal(err)
	}
	links, err := filepath.Glob("/sys/class/net/*")
	if err != nil {
		t.Fatal(err)
	}
	tables, err := exec.Command("nft", "list", "tables").Output()
	if err != nil {
		t.Fatal(err)
	}
	f := footprint{mounts: strings.Split(string(mounts), "\n"), interfaces: links, tables: strings.Split(string(tables), "\n")}
	for _, name := range kernelSettings {
		value, err := os.ReadFile(filepath.Join("/proc/sys", name))
		if err != nil {
			t.Fatal(err)
		}
		f.settings = append(f.settings, name+"="+strings.TrimSpace(string(value)))
	}
	err = filepath.WalkDir("/sys/fs/cgroup", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && (d.Name() == "kudoc-sandbox" || d.Name() == "kubepods") {
			f.cgroups = append(f.cgroups, path)
		}
		return nil // cgroups come and go
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func same(a, b footprint) bool {
	return slices.Equal(a.mounts, b.mounts) && slices.Equal(a.interfaces, b.interfaces) &&
		slices.Equal(a.cgroups, b.cgroups) && slices.Equal(a.tables, b.tables) && slices.Equal(a.settings, b.settings)
}
