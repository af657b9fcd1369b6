package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/kudoc/kudoc/internal/compile"
)

func newVetCmd(io stdio) *cobra.Command {
	coverage := false
	cmd := &cobra.Command{
		Use:   "vet DIR...",
		Short: "Find every mistake in frameworks",
		Long: `vet compiles the frameworks in the given directories, checks them against the Kubernetes types, and compares what
was compiled with CUE's own evaluation. It prints nothing if all is well.

DIR/... stands for every framework below DIR.`,
		Example: `  # one framework
  kudoc vet ./frameworks/zookeeper

  # all of them
  kudoc vet ./frameworks/...

  # what it was that kudoc tried, and what it could not reach
  kudoc vet --coverage ./frameworks/zookeeper`,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("kudoc vet needs a directory")
			}
			return vet(io, args, coverage)
		},
	}
	cmd.Flags().BoolVar(&coverage, "coverage", false, "validate anew, and say which inputs were tried and which conditions none of them reached")
	return cmd
}

func vet(io stdio, patterns []string, coverage bool) error {
	dirs, err := frameworkDirs(patterns)
	if err != nil {
		return err
	}
	found := false
	for _, dir := range dirs {
		opts := compileOptions(dir)
		if coverage {
			opts.Memory = nil
		}
		res, diags := compile.Framework(opts)
		if err := report(io.err, diags); err != nil {
			return err
		}
		found = found || diags.HasErrors()
		if coverage && res != nil {
			if _, err := fmt.Fprintf(io.out, "%s: %s\n", dir, &res.Validation); err != nil {
				return err
			}
		}
	}
	if found {
		return errReported
	}
	return nil
}
