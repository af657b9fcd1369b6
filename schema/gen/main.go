// Gen turns the OpenAPI v3 specification of Kubernetes into closed CUE
// definitions, one CUE package for each group and version:
//
//	go run ./schema/gen -out schema/k8s
//
// makes schema/k8s/apps/v1/types.cue and its like, with the import paths
// kudoc.dev/k8s/apps/v1. The same specification gives the same bytes.
//
// The specification is part of the module k8s.io/kubernetes, and the strings
// that enumerations take are in the Go types of k8s.io/api. The go command
// downloads both unless -spec and -types name folders that hold them.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// kubernetes is the version that kudoc checks manifests against.
const kubernetes = "v1.37.2"

func main() {
	if err := run(os.Args[1:], os.Stderr); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintf(os.Stderr, "gen: %v\n", err)
		}
		os.Exit(1)
	}
}

// run is the whole program: find, read, generate, write.
func run(args []string, progress io.Writer) error {
	flags := flag.NewFlagSet("gen", flag.ContinueOnError)
	flags.SetOutput(progress)
	out := flags.String("out", "", "folder to write to; its *.cue files are replaced")
	spec := flags.String("spec", "", "folder with the OpenAPI v3 files (default: api/openapi-spec/v3 of k8s.io/kubernetes)")
	types := flags.String("types", "", "folder with the Go types of the API (default: k8s.io/api of the same release)")
	version := flags.String("version", kubernetes, "Kubernetes version of the specification")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *out == "" || flags.NArg() > 0 {
		return errors.New("name the folder to write to, and nothing else: gen -out schema/k8s")
	}
	if *spec == "" {
		dir, err := download("k8s.io/kubernetes@" + *version)
		if err != nil {
			return err
		}
		*spec = filepath.Join(dir, "api", "openapi-spec", "v3")
		if *types, err = download("k8s.io/api@v0" + strings.TrimPrefix(*version, "v1")); err != nil {
			return err
		}
	}
	definitions, err := readSpec(os.DirFS(*spec))
	if err != nil {
		return fmt.Errorf("read the specification in %s: %w", *spec, err)
	}
	if *types != "" {
		if err := addEnums(definitions, os.DirFS(*types)); err != nil {
			return fmt.Errorf("read the enumerations in %s: %w", *types, err)
		}
	}
	files, err := generate(definitions, *version)
	if err != nil {
		return err
	}
	if err := replaceAll(*out, files); err != nil {
		return err
	}
	size := 0
	for _, content := range files {
		size += len(content)
	}
	fmt.Fprintf(progress, "gen: %d definitions, %d packages, %d bytes in %s\n", len(definitions), len(files), size, *out)
	return nil
}

// download lets the go command fetch the module, and returns its folder.
func download(module string) (string, error) {
	var stdout, stderr bytes.Buffer
	cmd := exec.Command("go", "mod", "download", "-json", module)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	runErr := cmd.Run()
	var answer struct{ Dir, Error string }
	if err := json.Unmarshal(stdout.Bytes(), &answer); err != nil {
		return "", fmt.Errorf("download %s: %w: %s", module, errors.Join(runErr, err), strings.TrimSpace(stderr.String()))
	}
	if answer.Error != "" {
		return "", fmt.Errorf("download %s: %s", module, answer.Error)
	}
	return answer.Dir, nil
}

// replaceAll writes the files and removes the CUE files of a former run, so
// that a package that Kubernetes has dropped goes too.
func replaceAll(out string, files map[string][]byte) error {
	err := filepath.WalkDir(out, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || d.Name() != fileName {
			return err
		}
		return os.Remove(path)
	})
	if err != nil {
		return fmt.Errorf("remove the former files: %w", err)
	}
	for name, content := range files {
		path := filepath.Join(out, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return fmt.Errorf("write %s: %w", path, err)
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return fmt.Errorf("write %s: %w", path, err)
		}
	}
	return nil
}
