package main

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kudoc/kudoc/internal/given"
	"github.com/kudoc/kudoc/internal/graph"
)

type graphOptions struct{ plan, output, out string }

func newGraphCmd(io stdio) *cobra.Command {
	var o graphOptions
	cmd := &cobra.Command{
		Use:   "graph DIR",
		Short: "Draw the plans of a framework",
		Long: `graph draws plans: their phases, steps and tasks, what runs in parallel and under which conditions, the objects of each task
as they are for the default parameters, and what runs a plan. Mermaid is text that GitHub, GitLab and many editors draw within
Markdown; svg is a picture, for light and dark pages; dot is for Graphviz.`,
		Example: `  kudoc graph ./frameworks/zookeeper
  kudoc graph ./frameworks/zookeeper --out zookeeper.svg
  kudoc graph ./frameworks/zookeeper --plan validation -o dot | dot -Tpng > validation.png`,
		Args: exactArgs("DIR"),
		RunE: func(_ *cobra.Command, args []string) error { return o.run(io, args[0]) },
	}
	f := cmd.Flags()
	f.StringVar(&o.plan, "plan", "", "plan to draw; by default all of them")
	f.StringVarP(&o.output, "output", "o", "", strings.Join(graph.Formats, ", ")+"; by default what the name of the file says, or else mermaid")
	f.StringVar(&o.out, "out", "", "file to write, instead of standard output")
	return cmd
}

func (o *graphOptions) run(io stdio, dir string) error {
	format, err := o.format()
	if err != nil {
		return err
	}
	res, err := compileDir(io, dir)
	if err != nil {
		return err
	}
	if spec := &res.Version.Spec; o.plan != "" && spec.Plan(o.plan) == nil {
		return &usageError{given.Unknown("plan", o.plan, planNames(spec))}
	}
	g, err := graph.Of(res.Framework, res.Version, o.plan)
	if err != nil {
		return err
	}
	text := []byte(g.As(format))
	if o.out != "" {
		return announce(io, o.out, text)
	}
	_, err = io.out.Write(text)
	return err
}

// format is what the flags say, or the name of the file.
func (o *graphOptions) format() (string, error) {
	switch named := strings.TrimPrefix(filepath.Ext(o.out), "."); {
	case o.output == "" && slices.Contains(graph.Formats, named):
		return named, nil
	case o.output == "" && o.out != "":
		return "", usagef("--out %s: the name ends in none of .%s: say which with --output", o.out, strings.Join(graph.Formats, ", ."))
	case o.output == "":
		return graph.Formats[0], nil
	case !slices.Contains(graph.Formats, o.output):
		return "", usagef("--output %q is none of %s", o.output, strings.Join(graph.Formats, ", "))
	}
	return o.output, nil
}
