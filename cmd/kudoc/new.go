package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kudoc/kudoc/internal/starter"
)

func newNewCmd(io stdio) *cobra.Command {
	return &cobra.Command{
		Use:   "new NAME [DIR]",
		Short: "Begin a framework: a web server with comments, to be made into something else",
		Long: `new writes a framework that works: parameters, a Deployment with its Service and ConfigMap, plans that deploy, update and
check it, tests, and comments that say why. DIR is ./NAME unless it is given. What is there already is never overwritten.`,
		Example: `  kudoc new shop
  kudoc new shop ./frameworks/shop`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 2 {
				return usagef("%s: unexpected argument %q", cmd.CommandPath(), args[2])
			}
			return exactArgs("NAME")(cmd, args[:min(len(args), 1)])
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if err := starter.CheckName(args[0]); err != nil {
				return &usageError{err}
			}
			return begin(io, args[0], args[len(args)-1])
		},
	}
}

func begin(io stdio, name, dir string) error {
	paths, err := starter.Write(name, dir)
	if err != nil {
		return err
	}
	for _, p := range paths {
		if _, err := fmt.Fprintln(io.out, p); err != nil {
			return err
		}
	}
	if !filepath.IsAbs(dir) {
		dir = "./" + filepath.ToSlash(filepath.Clean(dir))
	}
	var next strings.Builder
	for _, l := range [][2]string{
		{"vet --watch " + dir, "says what is wrong whenever a file is saved"},
		{"test " + dir, "runs the tests beside it"},
		{"render " + dir + " -p replicas=3", "shows what the plan deploy makes"},
		{"graph " + dir + " --out plans.svg", "draws the plans"},
		{"apply " + dir + " --instance " + name, "in a cluster that has seen kudoc install"},
		{"mod vendor " + dir, "lets editors find the types"},
	} {
		fmt.Fprintf(&next, "  kudoc %-*s  # %s\n", len(dir)+24, l[0], l[1])
	}
	_, err = fmt.Fprint(io.err, "\nnext:\n", next.String())
	return err
}
