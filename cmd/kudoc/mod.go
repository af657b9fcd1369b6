package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/kudoc/kudoc/internal/compile/source"
	"github.com/kudoc/kudoc/internal/given"
	"github.com/kudoc/kudoc/internal/replace"
)

func newModCmd(io stdio) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "mod",
		Short: "Make the language and the Kubernetes types visible to other CUE tools",
		Args:  exactArgs(),
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(&cobra.Command{
		Use:   "vendor [DIR]",
		Short: "Write the language and the Kubernetes types below cue.mod",
		Long: `vendor writes what kudoc otherwise serves from memory to cue.mod/pkg of the CUE module that DIR belongs to: the
packages kudoc.dev/kudoc and kudoc.dev/k8s/..., and kudoc.dev/crds/... for the CustomResourceDefinitions in folders
named crds. Then 'cue vet' and 'cue lsp' resolve every import of a framework. If DIR belongs to no module, one is made
there.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("%s: unexpected argument %q", cmd.CommandPath(), args[1])
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			dir := "."
			if len(args) == 1 {
				dir = args[0]
			}
			return vendor(io, dir)
		},
	})
	return cmd
}

// moduleFile is written where there is no CUE module yet.
const moduleFile = `module: "kudoc.example/frameworks@v0"
language: version: "v0.17.0"
`

func vendor(io stdio, dir string) error {
	if err := given.IsDir(dir); err != nil {
		return err
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("resolve %s: %w", dir, err)
	}
	root := source.Root(dir)
	path := filepath.Join(root, "cue.mod", "module.cue")
	if _, err := os.Stat(filepath.Dir(path)); errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return fmt.Errorf("make the module: %w", err)
		}
		if err := replace.File(path, []byte(moduleFile)); err != nil {
			return err
		}
	}
	definitions, err := source.Definitions(root)
	if err != nil {
		return err
	}
	files, err := source.Provided(definitions)
	if err != nil {
		return err
	}
	target := filepath.Join(root, "cue.mod", "pkg", "kudoc.dev")
	if err := os.RemoveAll(target); err != nil {
		return fmt.Errorf("remove the former copy: %w", err)
	}
	for _, path := range slices.Sorted(maps.Keys(files)) {
		to := filepath.Join(target, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return fmt.Errorf("vendor: %w", err)
		}
		if err := replace.File(to, files[path]); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(io.out, "%s: %d files\n", target, len(files))
	return err
}
