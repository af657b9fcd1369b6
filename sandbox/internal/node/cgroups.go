package node

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// CgroupName is the cgroup below which all pods of a sandbox are. A kubelet
// that manages this machine has another, so they cannot disturb each other.
const CgroupName = "kudoc-sandbox"

// cgroupRoot is where the cgroup file systems are mounted.
const cgroupRoot = "/sys/fs/cgroup"

// hierarchies lists the folders below which cgroups are made: the mount itself
// for version 2, one folder for each controller for version 1.
func hierarchies(root string) ([]string, error) {
	if unified(root) {
		return []string{root}, nil
	}
	entries, err := os.ReadDir(root)
	if err != nil {
		return nil, fmt.Errorf("read the cgroups: %w", err)
	}
	var found []string
	for _, e := range entries {
		// Names such as cpu may be links to cpu,cpuacct.
		if e.IsDir() {
			found = append(found, filepath.Join(root, e.Name()))
		}
	}
	return found, nil
}

// unified reports whether a machine has cgroups of version 2.
func unified(root string) bool {
	_, err := os.Stat(filepath.Join(root, "cgroup.controllers"))
	return err == nil
}

// wanted are the controllers that a kubelet cannot do without.
var wanted = []string{"cpu", "cpuset", "memory", "pids"}

// makeCgroups makes the node's cgroup in every hierarchy.
func makeCgroups(root string) error {
	found, err := hierarchies(root)
	if err != nil {
		return err
	}
	if unified(root) {
		control := "+" + strings.Join(wanted, " +")
		if err := os.WriteFile(filepath.Join(root, "cgroup.subtree_control"), []byte(control), 0o644); err != nil {
			return fmt.Errorf("enable the cgroup controllers: %w", err)
		}
	}
	for _, dir := range found {
		if err := os.Mkdir(filepath.Join(dir, CgroupName), 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("make the node's cgroup: %w", err)
		}
		if err := setWeight(filepath.Join(dir, CgroupName)); err != nil {
			return err
		}
	}
	return nil
}

// weights are the files that say what part of a busy CPU a cgroup gets, of the
// two versions. A cgroup counts as one process unless it is told otherwise; a
// node is many, and its probes would fail on a machine that does other things.
var weights = map[string]string{"cpu.shares": "10240", "cpu.weight": "1000"}

func setWeight(dir string) error {
	for name, weight := range weights {
		file := filepath.Join(dir, name)
		if _, err := os.Stat(file); err != nil {
			continue // of the other version, or of a hierarchy without CPUs
		}
		if err := os.WriteFile(file, []byte(weight), 0o644); err != nil {
			return fmt.Errorf("weigh the node's cgroup: %w", err)
		}
	}
	return nil
}

// removeCgroups removes the node's cgroups, innermost first. A cgroup in which
// a process lives stays, and is the error.
func removeCgroups(root string) error {
	found, err := hierarchies(root)
	if err != nil {
		return err
	}
	var problems []error
	for _, dir := range found {
		problems = append(problems, removeTree(filepath.Join(dir, CgroupName)))
	}
	return errors.Join(problems...)
}

// removeTree removes the folders of a cgroup; its files are the kernel's.
func removeTree(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.IsDir() {
			if err := removeTree(filepath.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	return os.Remove(dir)
}

// unifiedProblem tells why a kubelet could not use cgroups of version 2.
// occupied says that controllers cannot be handed on because processes are in
// the cgroup itself.
func unifiedProblem(offered, enabled []string, occupied bool) string {
	lacks := func(have []string) []string {
		return slices.DeleteFunc(slices.Clone(wanted), func(c string) bool { return slices.Contains(have, c) })
	}
	if missing := lacks(offered); len(missing) > 0 {
		return "there is no controller " + strings.Join(missing, ", ")
	}
	if missing := lacks(enabled); len(missing) > 0 && occupied {
		return "controllers are not enabled (" + strings.Join(missing, ", ") + ") and processes are in the way"
	}
	return ""
}
