package node

import (
	"os/exec"
	"strings"
)

// lookPath finds a program as the node's processes will.
func lookPath(name string) bool {
	if _, err := exec.LookPath(name); err == nil {
		return true
	}
	for _, dir := range []string{"/usr/local/sbin", "/usr/sbin", "/sbin"} {
		if _, err := exec.LookPath(dir + "/" + name); err == nil {
			return true
		}
	}
	return false
}

func programsFound() map[string]bool {
	found := map[string]bool{}
	for name := range debianPackages {
		found[name] = lookPath(name)
	}
	return found
}

// firstLine keeps a tool's complaint to one line.
func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return line
}
