package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/kudoc/kudoc/sandbox/internal/cluster"
)

func newDownCmd(s Streams) *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "down",
		Short: "Stop the sandbox and remove its files",
		Long:  "Stop the sandbox and remove its files. It is no error if there is none.",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			dir, err := resolveDir(dir)
			if err != nil {
				return err
			}
			if err := cluster.Down(cmd.Context(), dir, s.Err); err != nil {
				return fmt.Errorf("down: %w", err)
			}
			return nil
		},
	}
	addDir(cmd, &dir)
	return cmd
}
