package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kudoc/kudoc/internal/compile"
	"github.com/kudoc/kudoc/internal/given"
	"github.com/kudoc/kudoc/internal/manifest"
	"github.com/kudoc/kudoc/internal/memory"
	"github.com/kudoc/kudoc/internal/replace"
	"github.com/kudoc/kudoc/internal/structural"
)

type buildOptions struct{ output, out string }

func newBuildCmd(io stdio) *cobra.Command {
	var o buildOptions
	cmd := &cobra.Command{
		Use:   "build DIR",
		Short: "Compile a framework to the objects that a cluster needs",
		Long: `build prints the Framework, the FrameworkVersion, the ClusterRole with the permissions that the controller needs for it,
and the ValidatingAdmissionPolicy by which the API server refuses instances with wrong parameters. The output is the same to
the byte for the same sources. With --out it also writes parameters.md, parameters.openapi.json and images.txt.`,
		Example: `  # to a cluster, without the rest of kudoc's command line
  kudoc build ./frameworks/zookeeper | kubectl apply --server-side -f -

  # a file for each object, and the parameters and images for people and other programs
  kudoc build ./frameworks/zookeeper --out ./dist`,
		Args: exactArgs("DIR"),
		RunE: func(_ *cobra.Command, args []string) error { return o.run(io, args[0]) },
	}
	addOutputFlag(cmd, &o.output)
	cmd.Flags().StringVar(&o.out, "out", "", "directory to write a file for each object to, instead of standard output")
	return cmd
}

func addOutputFlag(cmd *cobra.Command, output *string) {
	cmd.Flags().StringVarP(output, "output", "o", "yaml", "yaml or json")
}

func (o *buildOptions) run(io stdio, dir string) error {
	if err := checkFormat(o.output); err != nil {
		return err
	}
	res, err := compileDir(io, dir)
	if err != nil {
		return err
	}
	objs := built(res)
	if o.out == "" {
		return printObjects(io, objs, o.output)
	}
	if err := writeObjects(io, objs, o.output, o.out); err != nil {
		return err
	}
	return writeDocuments(io, res, o.out)
}

func checkFormat(format string) error {
	if format != "yaml" && format != "json" {
		return usagef("--output %q is neither yaml nor json", format)
	}
	return nil
}

func compileOptions(dir string) compile.Options {
	return compile.Options{Dir: dir, KudocVersion: version, Structure: structural.Check, Memory: memory.New(version)}
}

// compileDir compiles a framework and prints what was found.
func compileDir(io stdio, dir string) (*compile.Result, error) {
	if err := given.IsDir(dir); err != nil {
		return nil, err
	}
	res, diags := compile.Framework(compileOptions(dir))
	if err := printFindings(io.err, diags); err != nil {
		return nil, err
	}
	if diags.HasErrors() || res == nil {
		return nil, errReported
	}
	return res, nil
}

// built are the objects of a compiled framework in the order in which they are applied. The policy comes after the version
// that it is for: where the API server keeps the version that it has, it must keep the policy too.
func built(res *compile.Result) []client.Object {
	return []client.Object{res.Role, res.Framework, res.Version, res.Policy, res.Binding}
}

// printObjects prints objects as a stream of documents.
func printObjects[T any](io stdio, objs []T, format string) error {
	var b bytes.Buffer
	for i, obj := range objs {
		doc, err := manifest.Encode(obj, format)
		if err != nil {
			return err
		}
		if format == "yaml" && i > 0 {
			b.WriteString("---\n")
		}
		b.Write(doc)
	}
	_, err := io.out.Write(b.Bytes())
	return err
}

// writeObjects writes a file <kind>-<name>.<format> for each object. The files appear whole or not at all.
func writeObjects(io stdio, objs []client.Object, format, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make the output directory: %w", err)
	}
	for _, obj := range objs {
		doc, err := manifest.Encode(obj, format)
		if err != nil {
			return err
		}
		kind := strings.ToLower(obj.GetObjectKind().GroupVersionKind().Kind)
		path := filepath.Join(dir, fmt.Sprintf("%s-%s.%s", kind, obj.GetName(), format))
		if err := announce(io, path, doc); err != nil {
			return err
		}
	}
	return nil
}

// writeDocuments writes what is for people and for programs other than a cluster.
func writeDocuments(io stdio, res *compile.Result, dir string) error {
	md, err := markdown(res)
	if err != nil {
		return err
	}
	schema, err := openAPI(res)
	if err != nil {
		return err
	}
	for _, f := range []struct {
		name string
		data []byte
	}{{"parameters.md", md}, {"parameters.openapi.json", schema}, {"images.txt", images(res)}} {
		if err := announce(io, filepath.Join(dir, f.name), f.data); err != nil {
			return err
		}
	}
	return nil
}

// announce writes a file and prints its name.
func announce(io stdio, path string, data []byte) error {
	if err := replace.File(path, data); err != nil {
		return err
	}
	_, err := fmt.Fprintln(io.out, path)
	return err
}
