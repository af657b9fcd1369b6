package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/kudoc/kudoc/internal/compile"
	"github.com/kudoc/kudoc/internal/render"
)

func newVersionCmd(io stdio) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of kudoc and of what it builds on",
		Args:  exactArgs(),
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(io.out, "kudoc %s\ncue %s\nkubernetes %s\ntemplate format %s\n%s %s/%s\n",
				version, compile.CUEVersion, compile.KubernetesVersion, render.FormatVersion, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}
