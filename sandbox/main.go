// Sandbox is a development Kubernetes in one program: the control plane's
// components, a simulation of nodes, kubectl, and what starts and stops them.
//
// The program runs each component by running itself with the component's name
// as the first argument. Everything else is the command line in internal/cli.
package main

import (
	"os"

	"github.com/kudoc/kudoc/sandbox/internal/cli"
	"github.com/kudoc/kudoc/sandbox/internal/process"
)

func main() {
	if len(os.Args) > 1 {
		if run, found := programs[os.Args[1]]; found {
			process.HoldLifeline()
			// The programs read os.Args themselves and know nothing of ours.
			os.Args = os.Args[1:]
			os.Exit(run())
		}
	}
	dropLinkedFlags()
	os.Exit(cli.Main(os.Args[1:], cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}
