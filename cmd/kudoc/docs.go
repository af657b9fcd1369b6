package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kudoc/kudoc/internal/compile"
	"github.com/kudoc/kudoc/internal/compile/docs"
)

type docsOptions struct{ output string }

func newDocsCmd(io stdio) *cobra.Command {
	var o docsOptions
	cmd := &cobra.Command{
		Use:   "docs DIR",
		Short: "Document a framework: its parameters, plans, outputs and images",
		Long: `docs prints what people need to know to run instances of a framework, from the comments, types and constraints in its
sources. With -o openapi it prints the structural OpenAPI v3 schema of the parameters, for forms and editors.`,
		Example: `  kudoc docs ./frameworks/zookeeper > zookeeper.md
  kudoc docs ./frameworks/zookeeper -o openapi`,
		Args: exactArgs("DIR"),
		RunE: func(_ *cobra.Command, args []string) error { return o.run(io, args[0]) },
	}
	cmd.Flags().StringVarP(&o.output, "output", "o", "markdown", "markdown or openapi")
	return cmd
}

func (o *docsOptions) run(io stdio, dir string) error {
	if o.output != "markdown" && o.output != "openapi" {
		return usagef("--output %q is neither markdown nor openapi", o.output)
	}
	res, err := compileDir(io, dir)
	if err != nil {
		return err
	}
	var text []byte
	if o.output == "openapi" {
		text, err = openAPI(res)
	} else {
		text, err = markdown(res)
	}
	if err != nil {
		return err
	}
	_, err = io.out.Write(text)
	return err
}

func markdown(res *compile.Result) ([]byte, error) {
	text, err := docs.Markdown(res.Framework, res.Version)
	if err != nil {
		return nil, fmt.Errorf("document the framework: %w", err)
	}
	return []byte(text), nil
}

func openAPI(res *compile.Result) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(res.Schema); err != nil {
		return nil, fmt.Errorf("encode the schema: %w", err)
	}
	return b.Bytes(), nil
}

// images are a line for each image, for programs that mirror them; what only a parameter can tell is a comment.
func images(res *compile.Result) []byte {
	var b strings.Builder
	for _, i := range res.Version.Spec.Build.Images {
		if len(i.Parameters) > 0 {
			fmt.Fprintf(&b, "# decided by: %s\n", strings.Join(i.Parameters, ", "))
		}
		if i.Image != "" {
			fmt.Fprintln(&b, i.Image)
		}
	}
	return []byte(b.String())
}
