package image

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// MirrorEnv names a Debian mirror on machines whose own packages come from
// elsewhere.
const MirrorEnv = "KUDOC_DEBIAN_MIRROR"

// makeDebian makes a root file system of the packages that are always there and
// the ones asked for, without documentation.
func makeDebian(ctx context.Context, d Debian, out string) error {
	if _, err := exec.LookPath("mmdebstrap"); err != nil {
		return errors.New("mmdebstrap is missing: apt-get install -y --no-install-recommends mmdebstrap")
	}
	targets, err := run(ctx, "", "apt-get", "indextargets", "--format", "$(ORIGIN)\t$(REPO_URI)\t$(CODENAME)\t$(COMPONENT)", "Created-By: Packages")
	if err != nil && os.Getenv(MirrorEnv) == "" {
		return err
	}
	sources, err := debianSources(targets, os.Getenv(MirrorEnv), d.Suite)
	if err != nil {
		return err
	}
	_, err = run(ctx, "", "mmdebstrap", debianArgs(d, out, sources)...)
	return err
}

// debianSources are the lines that tell apt where a suite's packages are: the
// mirrors that this machine uses, or the one that is named.
func debianSources(targets, mirror, suite string) ([]string, error) {
	if mirror != "" {
		return []string{"deb " + mirror + " " + suite + " main"}, nil
	}
	var sources []string
	for line := range strings.Lines(targets) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		if len(f) != 4 || f[0] != "Debian" || f[3] != "main" {
			continue
		}
		// A machine of another suite has the same kinds of sources for this one.
		base, kind, _ := strings.Cut(f[2], "-")
		name := suite
		if kind != "" {
			name += "-" + kind
		}
		if line := "deb " + f[1] + " " + name + " main"; base != "" && !slices.Contains(sources, line) {
			sources = append(sources, line)
		}
	}
	if len(sources) == 0 {
		return nil, fmt.Errorf("no Debian mirror among this machine's apt sources (or apt-get update never ran): name one in %s", MirrorEnv)
	}
	slices.Sort(sources)
	return sources, nil
}

func debianArgs(d Debian, out string, sources []string) []string {
	args := []string{
		"--quiet",
		"--variant=essential",
		"--include=" + strings.Join(d.Packages, ","),
		`--aptopt=Acquire::Languages "none"`,
		`--aptopt=APT::Install-Recommends "false"`,
		"--dpkgopt=path-exclude=/usr/share/doc/*",
		"--dpkgopt=path-exclude=/usr/share/man/*",
		"--dpkgopt=path-exclude=/usr/share/locale/*",
		// Packages of Java link manuals there and fail without the folder.
		`--setup-hook=mkdir -p "$1/usr/share/man/man1"`,
	}
	for _, a := range d.Accounts {
		args = append(args,
			fmt.Sprintf(`--customize-hook=echo "%s:x:%d:%d::%s:/bin/bash" >>"$1/etc/passwd"`, a.Name, a.ID, a.ID, a.Home),
			fmt.Sprintf(`--customize-hook=echo "%s:x:%d:" >>"$1/etc/group"`, a.Name, a.ID))
	}
	return append(append(args, d.Suite, out), sources...)
}

// makeJars lets Maven find the artifacts of a project and all that they need.
func makeJars(ctx context.Context, j Jars, tmp, out string) error {
	if _, err := exec.LookPath("mvn"); err != nil {
		return errors.New("mvn is missing: apt-get install -y --no-install-recommends maven default-jdk-headless")
	}
	if err := os.WriteFile(filepath.Join(tmp, "pom.xml"), []byte(j.Pom), 0o644); err != nil {
		return err
	}
	const goal = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
	if _, err := run(ctx, tmp, "mvn", "-B", "-q", goal, "-DoutputDirectory=jars", "-DincludeScope=runtime"); err != nil {
		return fmt.Errorf("%w; are Maven artifacts reachable from here? A mirror is named in ~/.m2/settings.xml", err)
	}
	sources, err := jarSources(filepath.Join(tmp, "jars"), j.Dir)
	if err != nil {
		return err
	}
	if len(sources) == 0 {
		return errors.New("mvn has copied no artifact")
	}
	return writeTo(out, func(w io.Writer) error { return writeHostFiles(w, sources, 0o644) })
}

// makeProgram takes a program of this machine or builds one of ours.
func makeProgram(ctx context.Context, p Program, tmp, out string) error {
	path := p.Path
	if p.Source != "" {
		if _, err := exec.LookPath("go"); err != nil {
			return errors.New("go is missing: install Go, which also builds the sandbox")
		}
		path = filepath.Join(tmp, "program")
		source := filepath.Join(tmp, "main.go")
		if err := os.WriteFile(source, []byte(text(p.Source)), 0o644); err != nil {
			return err
		}
		if _, err := run(ctx, tmp, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", path, source); err != nil {
			return err
		}
	}
	return writeTo(out, func(w io.Writer) error {
		return writeHostFiles(w, map[string]string{p.Target: path}, 0o755)
	})
}

// run runs a tool; what it said last is part of the error.
func run(ctx context.Context, dir, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off", "GO111MODULE=off", "LC_ALL=C.UTF-8")
	// mmdebstrap unmounts what it has mounted when it is told to end.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s: %w: %s", name, err, lastLines(stderr.String()+stdout.String()))
	}
	return stdout.String(), nil
}

func lastLines(s string) string {
	const most = 3
	all := strings.Split(strings.TrimSpace(s), "\n")
	return strings.Join(all[max(0, len(all)-most):], "; ")
}
