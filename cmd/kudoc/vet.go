package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kudoc/kudoc/internal/against"
	"github.com/kudoc/kudoc/internal/compile"
	"github.com/kudoc/kudoc/internal/compile/codes"
	"github.com/kudoc/kudoc/internal/given"
	"github.com/kudoc/kudoc/internal/report"
)

// vetOptions are the flags of vet.
type vetOptions struct {
	format, against          string
	strict, coverage, follow bool
}

func newVetCmd(io stdio) *cobra.Command {
	var o vetOptions
	cmd := &cobra.Command{
		Use:   "vet DIR...",
		Short: "Find every mistake in frameworks",
		Long: `vet compiles the frameworks in the given directories, checks them against the Kubernetes types, and compares what
was compiled with CUE's own evaluation. Findings are errors, which end a build, warnings and notes; --strict makes warnings
fail too. Off a terminal it prints nothing if all is well.

DIR/... stands for every framework below DIR. Packages that only help frameworks are left out.

With --against, vet also finds what a new version breaks: parameters that are gone or accept less, plans and outputs that
are gone, fields that Kubernetes refuses to change. The version before is in a directory, or in a revision of Git.

Findings are text on standard error. With --format they are for programs, on standard output: json, github (annotations of
GitHub Actions), sarif (code scanning) or junit (test reports).`,
		Example: `  # one framework
  kudoc vet ./frameworks/zookeeper

  # all of them, warnings included, with annotations in a pull request
  kudoc vet --strict --format github ./frameworks/...

  # what breaks those who use what is in main now
  kudoc vet --against origin/main ./frameworks/...

  # while writing one
  kudoc vet --watch ./frameworks/zookeeper

  # what it was that kudoc tried, and what it could not reach
  kudoc vet --coverage ./frameworks/zookeeper`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("kudoc vet needs a directory")
			}
			if err := o.validate(); err != nil {
				return err
			}
			if o.follow {
				return watch(cmd.Context(), io, args, func() error { return o.run(cmd.Context(), io, args) })
			}
			return o.run(cmd.Context(), io, args)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.format, "format", "text", "text, "+strings.Join(report.Formats(), ", "))
	f.StringVar(&o.against, "against", "", "directory, or else revision of Git, with the version before: find what breaks those who use it")
	f.BoolVar(&o.strict, "strict", false, "fail for warnings too")
	f.BoolVar(&o.follow, "watch", false, "vet again whenever a source is saved")
	f.BoolVar(&o.coverage, "coverage", false, "validate anew, and say which inputs were tried and which conditions none of them reached")
	return cmd
}

func (o *vetOptions) validate() error {
	if o.format != "text" && !slices.Contains(report.Formats(), o.format) {
		return usagef("--format %q is none of text, %s", o.format, strings.Join(report.Formats(), ", "))
	}
	for _, flag := range []struct {
		name string
		set  bool
	}{{"coverage", o.coverage}, {"watch", o.follow}} {
		if flag.set && o.format != "text" {
			return usagef("--%s has no --format %s: it is text", flag.name, o.format)
		}
	}
	return nil
}

func (o *vetOptions) run(ctx context.Context, io stdio, patterns []string) error {
	dirs, err := given.FrameworkDirs(patterns)
	if err != nil {
		return err
	}
	var found []report.Framework
	for _, dir := range dirs {
		fw, err := o.vet(ctx, io, dir)
		if err != nil {
			return err
		}
		found = append(found, fw)
	}
	if err := o.conclude(io, found); err != nil {
		return err
	}
	if report.Failed(found, o.strict) {
		return errReported
	}
	return nil
}

// vet finds what is wrong with one framework. Text is printed as soon as it is known.
func (o *vetOptions) vet(ctx context.Context, io stdio, dir string) (report.Framework, error) {
	opts := compileOptions(dir)
	if o.coverage {
		opts.Memory = nil
	}
	res, diags := compile.Framework(opts)
	if o.against != "" && res != nil {
		changes, err := against.Other{Name: o.against, WorkingDir: workingDir(), KudocVersion: version}.Changes(ctx, res, dir)
		if err != nil {
			return report.Framework{}, err
		}
		diags = append(diags, changes...).Sorted()
	}
	fw := report.Framework{Dir: dir, Findings: diags}
	if o.format == "text" {
		if err := printFindings(io.err, diags); err != nil {
			return fw, err
		}
	}
	if o.coverage && res != nil {
		if _, err := fmt.Fprintf(io.out, "%s: %s\n", dir, &res.Validation); err != nil {
			return fw, err
		}
	}
	return fw, nil
}

// conclude prints what can only be said when all frameworks are known.
func (o *vetOptions) conclude(io stdio, found []report.Framework) error {
	if o.format != "text" {
		r := &report.Report{
			Frameworks: found, Codes: codes.Table, Base: workingDir(), Version: version, Strict: o.strict, Lines: sourceLines,
		}
		return r.Write(io.out, o.format)
	}
	clean := !slices.ContainsFunc(found, func(f report.Framework) bool { return len(f.Findings) > 0 })
	if clean && !o.follow && !isTerminal(io.err) {
		return nil
	}
	_, err := fmt.Fprintln(io.err, report.Summary(found))
	return err
}
