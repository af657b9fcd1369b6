package node

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Finding is one thing that this machine lacks for a real node, and what to do
// about it.
type Finding struct {
	Problem, Fix string
}

// Facts are what a look at the machine has found out. Problems of the probe are
// by the name of what was tried.
type Facts struct {
	Linux      bool
	Root       bool
	Programs   map[string]bool // by name: on the PATH
	Plugins    bool
	Namespaces string            // why they cannot be made; empty if they can
	Probe      map[string]string // what was tried inside, and why it failed or ""
	Cgroups    string            // why none can be made
	MemoryMB   int               // that could be used
	DiskMB     int               // free where the images are
	DiskDir    string
	Busy       bool // another real node runs
}

// What a node needs at least: the control plane takes 1.1 GB of memory, and the
// three databases of the demos 1.5 GB.
const (
	leastMemoryMB = 3 << 10
	leastDiskMB   = 5 << 10
)

// debianPackages are the packages of the programs that a node runs.
var debianPackages = map[string]string{
	"containerd":              "containerd",
	"containerd-shim-runc-v2": "containerd",
	"ctr":                     "containerd",
	"runc":                    "runc",
	"nft":                     "nftables",
}

// Judge lists everything that is missing, at once.
func Judge(f Facts) []Finding {
	if !f.Linux {
		return []Finding{{"this machine does not run Linux", "use simulated nodes, or a Linux machine"}}
	}
	var all []Finding
	add := func(when bool, problem, fix string) {
		if when {
			all = append(all, Finding{problem, fix})
		}
	}
	add(!f.Root, "it needs root: it makes namespaces, mounts and cgroups", "run it with sudo, or as root")
	all = append(all, missingPrograms(f)...)
	if f.Root {
		add(f.Namespaces != "", "namespaces cannot be made: "+f.Namespaces, "allow unshare (a container needs --privileged, or CAP_SYS_ADMIN and no seccomp filter)")
		for _, name := range slices.Sorted(maps.Keys(f.Probe)) {
			add(f.Probe[name] != "", name+" does not work: "+f.Probe[name], probes[name])
		}
		add(f.Cgroups != "", "cgroups cannot be made: "+f.Cgroups, "mount /sys/fs/cgroup writable with cpu, cpuset, memory and pids; in a container of version 2, move its processes into a cgroup below and enable these controllers in cgroup.subtree_control")
	}
	add(f.MemoryMB < leastMemoryMB, fmt.Sprintf("%d MB of memory can be used, %d are needed", f.MemoryMB, leastMemoryMB), "stop something")
	add(f.DiskMB < leastDiskMB, fmt.Sprintf("%d MB are free in %s, %d are needed", f.DiskMB, f.DiskDir, leastDiskMB), "make room, or point XDG_CACHE_HOME to another disk")
	add(f.Busy, "another real node runs on this machine, and there can be one at a time", "stop it: sandbox down, with the --dir that started it")
	return all
}

// missingPrograms names all packages in one command.
func missingPrograms(f Facts) []Finding {
	var missing, packages []string
	for name, found := range f.Programs {
		if !found {
			missing = append(missing, name)
			packages = append(packages, debianPackages[name])
		}
	}
	if !f.Plugins {
		missing = append(missing, "network plugins "+strings.Join(plugins, ", ")+" (in one of "+strings.Join(pluginDirs, ", ")+")")
		packages = append(packages, "containernetworking-plugins")
	}
	if len(missing) == 0 {
		return nil
	}
	slices.Sort(missing)
	slices.Sort(packages)
	return []Finding{{
		"programs are missing: " + strings.Join(missing, ", "),
		"apt-get update && apt-get install -y --no-install-recommends " + strings.Join(slices.Compact(packages), " "),
	}}
}

// Names of what the probe tries.
const (
	probeProc    = "mounting /proc"
	probeTmpfs   = "mounting a tmpfs"
	probeOverlay = "an overlay mount"
	probeBridge  = "making a bridge"
	probeVeth    = "making a pair of veth interfaces"
	probeNft     = "nftables"
)

// probes are what the probe tries, and what helps where it fails.
var probes = map[string]string{
	probeProc:    "allow it (a container needs --privileged: its /proc must not be masked)",
	probeTmpfs:   "allow mounts (a container needs --privileged)",
	probeOverlay: "put the cache on a disk whose file system can be below an overlay, such as ext4, xfs or tmpfs, with XDG_CACHE_HOME; modprobe overlay",
	probeBridge:  "modprobe bridge, or a kernel with CONFIG_BRIDGE",
	probeVeth:    "modprobe veth, or a kernel with CONFIG_VETH",
	probeNft:     "modprobe nf_tables, or a kernel with CONFIG_NF_TABLES",
}
