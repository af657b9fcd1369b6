package cli

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// linked are the modules whose versions matter to who uses a sandbox.
var linked = []string{"k8s.io/kubernetes", "go.etcd.io/etcd/server/v3", "sigs.k8s.io/kwok"}

func newVersionCmd(s Streams) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the versions of what is linked into this program",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			info, ok := debug.ReadBuildInfo()
			if !ok {
				return fmt.Errorf("version: this program was built without module information: run sandbox/build")
			}
			for _, path := range linked {
				if _, err := fmt.Fprintf(s.Out, "%s %s\n", path, versionOf(info, path)); err != nil {
					return err
				}
			}
			_, err := fmt.Fprintf(s.Out, "go %s\n", info.GoVersion)
			return err
		},
	}
}

func versionOf(info *debug.BuildInfo, path string) string {
	for _, m := range info.Deps {
		if m.Path == path {
			return m.Version
		}
	}
	return "not linked"
}
