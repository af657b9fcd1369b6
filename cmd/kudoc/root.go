package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/kudoc/kudoc/internal/given"
)

func newRootCmd(io stdio, plugin bool) *cobra.Command {
	root := &cobra.Command{
		Use:   "kudoc",
		Short: "Kubernetes operators as a page of CUE",
		Long: `kudoc compiles frameworks, which are operators written in CUE, and operates their instances.

Authors:    new, vet, test, explain, build, docs, graph, render, mod vendor
Operators:  install, apply, diff, status, trigger, cancel, retry

Exit codes: 0 all is well, 1 findings or failure, 2 wrong usage.`,
		Version:           version,
		SilenceUsage:      true,
		SilenceErrors:     true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	if plugin {
		root.Annotations = map[string]string{cobra.CommandDisplayNameAnnotation: "kubectl kudoc"}
	}
	root.SetIn(io.in)
	root.SetOut(io.out)
	root.SetErr(io.err)
	root.SetVersionTemplate("kudoc {{.Version}}\n")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return &usageError{err} })
	root.AddCommand(
		newNewCmd(io), newVetCmd(io), newTestCmd(io), newBuildCmd(io), newDocsCmd(io), newGraphCmd(io), newRenderCmd(io),
		newExplainCmd(io), newModCmd(io),
		newInstallCmd(io), newApplyCmd(io), newDiffCmd(io), newStatusCmd(io), newTriggerCmd(io), newCancelCmd(io), newRetryCmd(io), newVersionCmd(io),
	)
	root.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return cmd.Help()
		}
		err := "unknown command %q"
		if s := root.SuggestionsFor(args[0]); len(s) > 0 {
			return usagef(err+" (did you mean %q?)", args[0], s[0])
		}
		return usagef(err, args[0])
	}
	root.Args = cobra.ArbitraryArgs
	root.SuggestionsMinimumDistance = 2
	return root
}

// helpFor is the command line that prints the help of the command that was tried.
func helpFor(root *cobra.Command, args []string) string {
	cmd, _, err := root.Find(args)
	if err != nil || cmd == root {
		return "--help"
	}
	return strings.TrimPrefix(cmd.CommandPath(), root.CommandPath()+" ") + " --help"
}

// addParamFlags adds the flags for parameters.
func addParamFlags(cmd *cobra.Command, p *given.Params, of string) {
	cmd.Flags().StringArrayVarP(&p.Sets, "param", "p", nil, "parameter"+of+" as name=value; name.field=value reaches into a struct or a map")
	cmd.Flags().StringArrayVarP(&p.Files, "params-file", "f", nil, "YAML or JSON file of parameters"+of+"; - is standard input; -p wins")
}

// exactArgs is cobra.ExactArgs with a message that names what is missing.
func exactArgs(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < len(names):
			return usagef("%s needs %s", cmd.CommandPath(), strings.Join(names[len(args):], " and "))
		case len(args) > len(names):
			return usagef("%s: unexpected argument %q", cmd.CommandPath(), args[len(names)])
		}
		return nil
	}
}
