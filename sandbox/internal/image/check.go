package image

import (
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"regexp"
)

// full is a reference with everything that a container runtime would add.
var full = regexp.MustCompile(`^[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)+:[A-Za-z0-9_][A-Za-z0-9._-]*$`)

// CheckRef refuses names that the kubelet would not find an image under.
func CheckRef(ref string) error {
	if !full.MatchString(ref) {
		return fmt.Errorf("%q is no full reference: write REGISTRY/NAME:TAG, such as docker.io/library/hello:dev", ref)
	}
	return nil
}

// CheckProgram refuses programs that would not start in an image of their own.
func CheckProgram(path string) error {
	f, err := elf.Open(path)
	var format *elf.FormatError
	if errors.As(err, &format) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%s is no program for Linux: build it with GOOS=linux", path)
	}
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			return fmt.Errorf("%s needs shared libraries, which its image would not have: build it with CGO_ENABLED=0", path)
		}
	}
	return nil
}
