package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kudoc/kudoc/internal/compile/codes"
	"github.com/kudoc/kudoc/internal/report"
)

func newExplainCmd(io stdio) *cobra.Command {
	return &cobra.Command{
		Use:   "explain [CODE]",
		Short: "Explain a finding of vet, or list them all",
		Example: `  kudoc explain KD104
  kudoc explain`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("%s: unexpected argument %q", cmd.CommandPath(), args[1])
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return listCodes(io)
			}
			c, ok := codes.Find(strings.ToUpper(args[0]))
			if !ok {
				return usagef("there is no finding %q: 'kudoc explain' lists them", args[0])
			}
			_, err := fmt.Fprintf(io.out, "%s: %s\n\n%s\n\nSeverity: %s\n", c.Code, c.Title, c.Text, report.Nature(c))
			return err
		},
	}
}

func listCodes(io stdio) error {
	for _, c := range codes.Table {
		if _, err := fmt.Fprintf(io.out, "%s  %-7s  %s\n", c.Code, c.Severity, c.Title); err != nil {
			return err
		}
	}
	return nil
}
