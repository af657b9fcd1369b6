package cli

import (
	"log"

	"github.com/spf13/cobra"

	"github.com/kudoc/kudoc/sandbox/internal/cluster"
)

// newSuperviseCmd is what up runs in the background; it inherits up's lock and
// writes its log to stderr, which up has sent to a file.
func newSuperviseCmd(s Streams) *cobra.Command {
	var boot bootFlags
	var owner int
	cmd := &cobra.Command{
		Use:    "supervise",
		Short:  "Own the components of a sandbox (started by up)",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			opts, err := boot.options(boot.dir, owner)
			if err != nil {
				return err
			}
			return cluster.Supervise(cmd.Context(), opts, log.New(s.Err, "", log.LstdFlags|log.Lmicroseconds))
		},
	}
	boot.add(cmd)
	cmd.Flags().IntVar(&owner, "owner-pid", 0, "stop when the process with this id is gone")
	return cmd
}
