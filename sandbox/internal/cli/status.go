package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/kudoc/kudoc/sandbox/internal/cluster"
)

func newStatusCmd(s Streams) *cobra.Command {
	var dir, output string
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Tell whether the sandbox runs, and how its components are",
		Long: `Tell whether the sandbox runs, and how its components are.
The exit status is 0 if it runs and all of them are well, otherwise 1.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if output != "" && output != "json" {
				return fmt.Errorf("--output=%s: choose json, or leave it out", output)
			}
			dir, err := resolveDir(dir)
			if err != nil {
				return err
			}
			status, err := cluster.Inspect(cmd.Context(), dir)
			if err != nil {
				return fmt.Errorf("status: %w", err)
			}
			if err := printStatus(s.Out, status, output); err != nil {
				return err
			}
			if !status.Running {
				return exitCode(1)
			}
			return nil
		},
	}
	addDir(cmd, &dir)
	cmd.Flags().StringVarP(&output, "output", "o", "", "json for a form that programs read")
	return cmd
}

func printStatus(w io.Writer, status cluster.Status, output string) error {
	if output == "json" {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(status)
	}
	if status.Phase == "" {
		_, err := fmt.Fprintf(w, "no sandbox runs in %s\n", status.Dir)
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	var failed error
	row := func(name string, value any) {
		if v := fmt.Sprint(value); v != "" && v != "0" {
			_, err := fmt.Fprintf(t, "%s\t%s\n", name, v)
			failed = errors.Join(failed, err)
		}
	}
	row("phase", status.Phase)
	row("error", status.Error)
	row("folder", status.Dir)
	row("kubeconfig", status.Kubeconfig)
	row("server", status.Server)
	row("version", status.Version)
	row("nodes", status.Nodes)
	row("supervisor", status.Supervisor)
	for _, c := range status.Components {
		row(c.Name, describe(c))
	}
	return errors.Join(failed, t.Flush())
}

// describe tells how a component is and, if it has ended by itself, how.
func describe(c cluster.ComponentStatus) string {
	text := fmt.Sprintf("pid %d, %s", c.PID, c.Health)
	if c.LastEnd != "" {
		text += fmt.Sprintf(" (restarts: %d, last end: %s)", c.Restarts, c.LastEnd)
	}
	return text
}
