package node

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// Look finds out what a real node needs to know of this machine. Nothing of
// what it tries is left behind.
func Look(program, dir string) (Facts, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return Facts{}, err
	}
	f := Facts{Linux: true, Root: os.Geteuid() == 0, Programs: programsFound(), DiskDir: dir}
	_, f.Plugins = PluginDir()
	var err error
	if f.MemoryMB, err = availableMemory("/proc/meminfo"); err != nil {
		return f, err
	}
	var disk unix.Statfs_t
	if err := unix.Statfs(dir, &disk); err != nil {
		return f, fmt.Errorf("look at the disk of %s: %w", dir, err)
	}
	f.DiskMB = int(disk.Bavail * uint64(disk.Bsize) >> 20) //nolint:gosec // block sizes are positive
	if lock, err := Lock(); errors.Is(err, ErrBusy) {
		f.Busy = true
	} else if err == nil {
		_ = lock.Close()
	}
	if !f.Root {
		return f, nil
	}
	f.Cgroups = tryCgroups(cgroupRoot)
	f.Namespaces, f.Probe = tryNamespaces(program, dir)
	return f, nil
}

func availableMemory(file string) (int, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(raw)) {
		if rest, found := strings.CutPrefix(line, "MemAvailable:"); found {
			kb, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")))
			return kb >> 10, err
		}
	}
	return 0, fmt.Errorf("%s does not tell how much memory is available", file)
}

// tryCgroups makes a cgroup in each hierarchy that a kubelet uses.
func tryCgroups(root string) string {
	if unified(root) {
		return tryUnified(root)
	}
	for _, controller := range wanted {
		dir := filepath.Join(root, controller, "kudoc-preflight-"+strconv.Itoa(os.Getpid()))
		if err := os.Mkdir(dir, 0o755); err != nil {
			return err.Error()
		}
		if err := os.Remove(dir); err != nil {
			return err.Error()
		}
	}
	return ""
}

func tryUnified(root string) string {
	raw, err := os.ReadFile(filepath.Join(root, "cgroup.controllers"))
	if err != nil {
		return err.Error()
	}
	offered := strings.Fields(string(raw))
	enabled, err := os.ReadFile(filepath.Join(root, "cgroup.subtree_control"))
	if err != nil {
		return err.Error()
	}
	processes, err := os.ReadFile(filepath.Join(root, "cgroup.procs"))
	if err != nil {
		return err.Error()
	}
	// The machine's own root may have processes; the root that a container sees
	// may not, once it hands controllers on.
	_, typed := os.Stat(filepath.Join(root, "cgroup.type"))
	if problem := unifiedProblem(offered, strings.Fields(string(enabled)), typed == nil && len(processes) > 0); problem != "" {
		return problem
	}
	dir := filepath.Join(root, "kudoc-preflight-"+strconv.Itoa(os.Getpid()))
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err.Error()
	}
	if err := os.Remove(dir); err != nil {
		return err.Error()
	}
	return ""
}

// tryNamespaces runs this program in namespaces of its own, where it tries the
// rest and prints what does not work.
func tryNamespaces(program, dir string) (problem string, tried map[string]string) {
	cmd := exec.Command(program, "node-probe", dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: namespaces, Pdeathsig: syscall.SIGKILL}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return strings.TrimSpace(err.Error() + " " + firstLine(stderr.String())), nil
	}
	if err := json.Unmarshal(out, &tried); err != nil {
		return fmt.Sprintf("the probe said %q", firstLine(string(out))), nil
	}
	return "", tried
}

// Probe runs in new namespaces and prints what does not work in there.
func Probe(args []string, out io.Writer) int {
	if os.Getpid() != 1 || len(args) != 1 {
		fmt.Fprintln(os.Stderr, "sandbox: node-probe is run by sandbox preflight, not by hand")
		return 1
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		fmt.Fprintf(os.Stderr, "sandbox: make mounts private: %v\n", err)
		return 1
	}
	tried := map[string]string{}
	for name, try := range map[string]func() error{
		probeProc:    func() error { return unix.Mount("proc", "/proc", "proc", 0, "") },
		probeTmpfs:   func() error { return unix.Mount("tmpfs", "/run", "tmpfs", 0, "mode=755") },
		probeOverlay: func() error { return tryOverlay(args[0]) },
		probeBridge: func() error {
			return netlink.LinkAdd(&netlink.Bridge{LinkAttrs: netlink.LinkAttrs{Name: "probe0"}})
		},
		probeVeth: func() error {
			return netlink.LinkAdd(&netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: "probe1"}, PeerName: "probe2"})
		},
		probeNft: tryNft,
	} {
		tried[name] = ""
		if err := try(); err != nil {
			tried[name] = err.Error()
		}
	}
	if err := json.NewEncoder(out).Encode(tried); err != nil {
		return 1
	}
	return 0
}

func tryOverlay(parent string) error {
	dir, err := os.MkdirTemp(parent, "overlay-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	for _, name := range []string{"lower", "upper", "work", "merged"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			return err
		}
	}
	merged := filepath.Join(dir, "merged")
	options := fmt.Sprintf("lowerdir=%[1]s/lower,upperdir=%[1]s/upper,workdir=%[1]s/work", dir)
	if err := unix.Mount("overlay", merged, "overlay", 0, options); err != nil {
		return err
	}
	return unix.Unmount(merged, 0)
}

// tryNft makes a table as kube-proxy does. A missing program is another finding.
func tryNft() error {
	if !lookPath("nft") {
		return nil
	}
	cmd := exec.Command("nft", "add", "table", "ip", "probe")
	cmd.Env = []string{"PATH=" + os.Getenv("PATH") + ":/usr/local/sbin:/usr/sbin:/sbin"}
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, firstLine(string(out)))
	}
	return nil
}
