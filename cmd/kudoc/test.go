package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kudoc/kudoc/internal/compile"
	"github.com/kudoc/kudoc/internal/compile/codes"
	"github.com/kudoc/kudoc/internal/given"
	"github.com/kudoc/kudoc/internal/replace"
	"github.com/kudoc/kudoc/internal/report"
	"github.com/kudoc/kudoc/internal/testrun"
	"github.com/kudoc/kudoc/internal/testrun/outcome"
)

// testOptions are the flags of test.
type testOptions struct {
	run, format                       string
	update, coverage, verbose, follow bool
}

func newTestCmd(io stdio) *cobra.Command {
	var o testOptions
	cmd := &cobra.Command{
		Use:   "test DIR...",
		Short: "Run the tests that stand beside frameworks",
		Long: `test runs the tests in the files *_test.cue beside frameworks: it renders what the controller would apply for the parameters
of a test, without a cluster, and compares it with what the test expects. docs/testing.md says how tests are written.

DIR/... stands for every framework below DIR. A framework without tests is no failure. Results are text on standard output,
or with --format for programs: json, or junit (test reports).`,
		Example: `  kudoc test ./frameworks/...

  # those whose names match, and what no test reaches
  kudoc test ./frameworks/zookeeper --run 'tls|storage' -v
  kudoc test ./frameworks/zookeeper --coverage

  # write the golden files in testdata/ anew
  kudoc test ./frameworks/zookeeper --update`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("kudoc test needs a directory")
			}
			if o.follow && o.format != "text" {
				return usagef("--watch has no --format %s: it is text", o.format)
			}
			if o.follow {
				return watch(cmd.Context(), io, args, func() error { return o.test(io, args) })
			}
			return o.test(io, args)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.run, "run", "", "regular expression: run only tests whose names match")
	f.StringVar(&o.format, "format", "text", "text, "+strings.Join(report.FormatsOfTests(), ", "))
	f.BoolVar(&o.update, "update", false, "write golden files instead of comparing with them")
	f.BoolVar(&o.coverage, "coverage", false, "list the conditions, objects and steps that no test reached")
	f.BoolVar(&o.follow, "watch", false, "run the tests again whenever a source is saved")
	f.BoolVarP(&o.verbose, "verbose", "v", false, "list tests that passed, too")
	return cmd
}

func (o *testOptions) test(io stdio, patterns []string) error {
	if o.format != "text" && !slices.Contains(report.FormatsOfTests(), o.format) {
		return usagef("--format %q is none of text, %s", o.format, strings.Join(report.FormatsOfTests(), ", "))
	}
	var chosen *regexp.Regexp
	if o.run != "" {
		var err error
		if chosen, err = regexp.Compile(o.run); err != nil {
			return usagef("--run: %w", err)
		}
	}
	dirs, err := given.FrameworkDirs(patterns)
	if err != nil {
		return err
	}
	all := report.Tests{Report: report.Report{Codes: codes.Table, Base: workingDir(), Version: version}, Verbose: o.verbose, Missed: o.coverage}
	failed := false
	for _, dir := range dirs {
		s, err := o.suite(io, dir, chosen)
		if err != nil {
			return err
		}
		failed = failed || s.Failed()
		if o.format != "text" {
			all.Suites = append(all.Suites, s)
		} else if _, err := fmt.Fprint(io.out, all.Suite(&s)); err != nil {
			return err
		}
	}
	if o.format != "text" {
		if err := all.Write(io.out, o.format); err != nil {
			return err
		}
	}
	if failed {
		return errReported
	}
	return nil
}

// suite runs the tests of one framework, and prints what is wrong with the framework or with how its tests are written.
func (o *testOptions) suite(io stdio, dir string, chosen *regexp.Regexp) (outcome.Suite, error) {
	s := outcome.Suite{Dir: dir}
	written, err := testrun.Load(dir)
	if written == nil || err != nil {
		return s, err
	}
	res, diags := compile.Framework(compileOptions(dir))
	if res != nil {
		golden := os.DirFS(filepath.Join(dir, "testdata"))
		if s, err = written.Run(res, testrun.Options{Select: chosen, Update: o.update, Golden: golden}); err != nil {
			return s, err
		}
	}
	s.Findings = append(diags, s.Findings...)
	if o.format == "text" {
		if err := printFindings(io.err, s.Findings); err != nil {
			return s, err
		}
	}
	return s, replace.Changed(io.err, filepath.Join(dir, "testdata"), s.Golden)
}
