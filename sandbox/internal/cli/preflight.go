package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/kudoc/kudoc/sandbox/internal/cluster"
	"github.com/kudoc/kudoc/sandbox/internal/folder"
	"github.com/kudoc/kudoc/sandbox/internal/image"
	"github.com/kudoc/kudoc/sandbox/internal/node"
)

// unfit is the exit status for a machine that cannot run a real node.
const unfit = exitCode(3)

func newPreflightCmd(s Streams) *cobra.Command {
	return &cobra.Command{
		Use:   "preflight",
		Short: "Tell whether this machine can run a real node, and what is missing",
		Long: `Tell whether this machine can run a real node, and everything that is missing with
what to do about it. Changes nothing. The exit status is 0 if it can, 3 if not.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			findings, err := preflight()
			if err != nil {
				return fmt.Errorf("preflight: %w", err)
			}
			if len(findings) > 0 {
				printFindings(s.Out, findings)
				return unfit
			}
			fmt.Fprintln(s.Out, "this machine can run a real node")
			printTools(s.Out)
			return nil
		},
	}
}

func preflight() ([]node.Finding, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	root, err := folder.Root()
	if err != nil {
		return nil, err
	}
	facts, err := node.Look(program, filepath.Dir(root))
	if err != nil {
		return nil, err
	}
	return node.Judge(facts), nil
}

func printFindings(w io.Writer, findings []node.Finding) {
	fmt.Fprintln(w, "this machine cannot run a real node:")
	for _, f := range findings {
		fmt.Fprintf(w, "- %s\n  fix: %s\n", f.Problem, f.Fix)
	}
}

// printTools tells what building images lacks; images that are built already
// need none of it.
func printTools(w io.Writer) {
	for _, t := range []struct{ program, purpose, packages string }{
		{"mmdebstrap", "all images but pause", "mmdebstrap"},
		{"mvn", "the images zookeeper and kafka", "maven default-jdk-headless"},
		{"go", "the image pause", "golang-go"},
	} {
		if _, err := exec.LookPath(t.program); err != nil {
			fmt.Fprintf(w, "- %s, which sandbox image build needs for %s, is missing\n  fix: apt-get install -y --no-install-recommends %s\n", t.program, t.purpose, t.packages)
		}
	}
}

// prepareReal refuses a machine that cannot run a real node, and images that are
// not there, before anything is started.
func prepareReal(ctx context.Context, s Streams, opts cluster.Options) error {
	status, err := cluster.Inspect(ctx, opts.Dir)
	if err != nil {
		return err
	}
	if status.Running {
		// It is used as it is, if it is of this kind.
		_, err := cluster.RealNode(opts.Dir)
		return err
	}
	findings, err := preflight()
	if err != nil {
		return err
	}
	if len(findings) > 0 {
		printFindings(s.Err, findings)
		return unfit
	}
	cache, err := image.DefaultCache()
	if err != nil {
		return err
	}
	pause, err := image.Select([]string{"pause"})
	if err != nil {
		return err
	}
	if err := cache.Build(ctx, pause, io.Discard); err != nil {
		return err
	}
	_, err = cache.Choose(opts.Images)
	return err
}
