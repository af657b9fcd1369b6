package cli

import (
	"fmt"
	"os/exec"

	"github.com/spf13/cobra"

	"github.com/kudoc/kudoc/sandbox/internal/cluster"
	"github.com/kudoc/kudoc/sandbox/internal/component"
	"github.com/kudoc/kudoc/sandbox/internal/folder"
	"github.com/kudoc/kudoc/sandbox/internal/node"
)

func newEnterCmd(s Streams) *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "enter [flags] -- COMMAND [ARGS...]",
		Short: "Run a command in the network of the real node",
		Long: `Run a command in the network of the running sandbox's real node: it reaches
pods and Services, also by name, and nothing else; KUBECONFIG is set. Files and
processes are this machine's. The exit status is the command's.`,
		Example: "  sandbox enter -- curl http://hello.default.svc:8080\n  sandbox run --node=real -- sandbox enter -- ./smoke-test",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			dir, err := resolveDir(dir)
			if err != nil {
				return err
			}
			init, err := cluster.RealNode(dir)
			if err != nil {
				return fmt.Errorf("enter: %w", err)
			}
			l := folder.Layout{Dir: dir}
			return command(s, l, args, func(c *exec.Cmd) error { return node.Enter(c, init, component.ResolvConf(l)) })
		},
	}
	addDir(cmd, &dir)
	cmd.Flags().SetInterspersed(false)
	return cmd
}
