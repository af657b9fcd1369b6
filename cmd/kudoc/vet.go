package main

import (
	"github.com/spf13/cobra"

	"github.com/kudoc/kudoc/internal/compile"
)

func newVetCmd(io stdio) *cobra.Command {
	return &cobra.Command{
		Use:   "vet DIR...",
		Short: "Find every mistake in frameworks",
		Long: `vet compiles the frameworks in the given directories, checks them against the Kubernetes types, and compares what
was compiled with CUE's own evaluation. It prints nothing if all is well.

DIR/... stands for every framework below DIR.`,
		Example: `  # one framework
  kudoc vet ./frameworks/zookeeper

  # all of them
  kudoc vet ./frameworks/...`,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("kudoc vet needs a directory")
			}
			return vet(io, args)
		},
	}
}

func vet(io stdio, patterns []string) error {
	dirs, err := frameworkDirs(patterns)
	if err != nil {
		return err
	}
	found := false
	for _, dir := range dirs {
		_, diags := compile.Framework(compile.Options{Dir: dir, KudocVersion: version, Memory: newMemory()})
		if err := report(io.err, diags); err != nil {
			return err
		}
		found = found || diags.HasErrors()
	}
	if found {
		return errReported
	}
	return nil
}
