package node

import (
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// Init runs as the first process of the namespaces: it makes a node of them,
// then adopts and buries the processes that nobody else waits for.
func Init(args []string) int {
	if err := initialize(args); err != nil {
		fmt.Fprintf(os.Stderr, "sandbox: node: %v\n", err)
		return 1
	}
	return 0
}

func initialize(args []string) error {
	// As the first process it would otherwise die of none of these.
	end := make(chan os.Signal, 1)
	signal.Notify(end, unix.SIGTERM, unix.SIGINT)
	orphans := make(chan os.Signal, 1)
	signal.Notify(orphans, unix.SIGCHLD)

	if os.Getpid() != 1 {
		return fmt.Errorf("it is run by sandbox up --node=real, not by hand")
	}
	in, err := parseInside(args)
	if err != nil {
		return err
	}
	if err := arrangeFiles(in); err != nil {
		return err
	}
	if err := arrangeNetwork(); err != nil {
		return err
	}
	if err := openVolumes(places["volumes"]); err != nil {
		return err
	}
	if err := makeCgroups(cgroupRoot); err != nil {
		return err
	}
	if err := forwardAll(in.Ports); err != nil {
		return err
	}
	if err := os.WriteFile(in.Ready, nil, 0o600); err != nil {
		return fmt.Errorf("say that the node is ready: %w", err)
	}
	for {
		select {
		case <-end:
			return nil
		case <-orphans:
			bury()
		}
	}
}

// bury takes note of the end of adopted processes.
func bury() {
	for {
		pid, err := unix.Wait4(-1, nil, unix.WNOHANG, nil)
		if pid <= 0 || err != nil {
			return
		}
	}
}

func forwardAll(ports []int) error {
	for i, port := range ports {
		f := os.NewFile(uintptr(FirstListener+i), "port "+strconv.Itoa(port))
		l, err := net.FileListener(f)
		if err != nil {
			return fmt.Errorf("take over port %d: %w", port, err)
		}
		_ = f.Close() // the listener has a file of its own
		go forward(l, net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	}
	return nil
}

// places are folders of the sandbox that appear where the node's programs have
// their data by tradition.
var places = map[string]string{
	"volumes": "/tmp/hostpath_pv",
	"kubelet": "/var/lib/kubelet",
	"pods":    "/var/log/pods",
}

// arrangeFiles gives the node's programs a view of the file system in which
// whatever they write ends up in memory or in the sandbox's folder.
func arrangeFiles(in Inside) error {
	if err := unix.Mount("proc", "/proc", "proc", 0, ""); err != nil {
		return fmt.Errorf("mount /proc: %w", err)
	}
	keep, err := hold(in.Dir, in.Store, in.Program)
	if err != nil {
		return err
	}
	for _, dir := range []string{"/tmp", "/run", "/var/lib", "/var/log"} {
		if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "mode=755"); err != nil {
			return fmt.Errorf("hide %s: %w", dir, err)
		}
	}
	for _, h := range keep {
		if err := h.show(); err != nil {
			return err
		}
	}
	for name, place := range places {
		own := filepath.Join(in.Dir, Dir, name)
		if err := bind(own, place); err != nil {
			return err
		}
	}
	for _, dir := range []string{"/run/netns", "/run/lock"} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	if err := pretendKernelSettings(); err != nil {
		return err
	}
	// What the kubelet mounts later has to reach the containers.
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_SHARED, ""); err != nil {
		return fmt.Errorf("share mounts with containers: %w", err)
	}
	return nil
}

// held is a file or folder that stays reachable when its place gets hidden.
type held struct {
	path string
	fd   int
	dir  bool
}

func hold(paths ...string) ([]held, error) {
	var all []held
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
		if err != nil {
			return nil, fmt.Errorf("open %s: %w", path, err)
		}
		all = append(all, held{path: path, fd: fd, dir: info.IsDir()})
	}
	return all, nil
}

// show makes it appear at its place again, if it is hidden.
func (h held) show() error {
	defer func() { _ = unix.Close(h.fd) }()
	if _, err := os.Stat(h.path); err == nil {
		return nil
	}
	if h.dir {
		return bind(fmt.Sprintf("/proc/self/fd/%d", h.fd), h.path)
	}
	if err := os.MkdirAll(filepath.Dir(h.path), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(h.path, nil, 0o600); err != nil {
		return err
	}
	return mountOver(fmt.Sprintf("/proc/self/fd/%d", h.fd), h.path)
}

func bind(from, to string) error {
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	return mountOver(from, to)
}

func mountOver(from, to string) error {
	if err := unix.Mount(from, to, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return fmt.Errorf("mount %s on %s: %w", from, to, err)
	}
	return nil
}

func pretendKernelSettings() error {
	const dir = "/run/kernel"
	for name, value := range kernelSettings {
		kernel, shown := filepath.Join("/proc/sys", name), filepath.Join(dir, name)
		if _, err := os.Stat(kernel); err != nil {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(shown), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(shown, []byte(value+"\n"), 0o600); err != nil {
			return err
		}
		if err := mountOver(shown, kernel); err != nil {
			return err
		}
	}
	return nil
}
