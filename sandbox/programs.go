package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"go.etcd.io/etcd/server/v3/etcdmain"
	basecli "k8s.io/component-base/cli"
	kubectl "k8s.io/kubectl/pkg/cmd"
	kubectlutil "k8s.io/kubectl/pkg/cmd/util"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kwokconfig "sigs.k8s.io/kwok/pkg/config"
	kwok "sigs.k8s.io/kwok/pkg/kwok/cmd"
	kwoklog "sigs.k8s.io/kwok/pkg/log"
	kwoksignals "sigs.k8s.io/kwok/pkg/utils/signals"

	"github.com/kudoc/kudoc/sandbox/internal/cli"
)

// programs are the linked programs by the name that runs them. Each takes its
// arguments from os.Args and returns an exit status, unless it exits by itself.
var programs = map[string]func() int{
	"etcd":                    runEtcd,
	"kube-apiserver":          func() int { return runCommand(apiserver.NewAPIServerCommand()) },
	"kube-controller-manager": func() int { return runCommand(controllers.NewControllerManagerCommand()) },
	"kube-scheduler":          func() int { return runCommand(scheduler.NewSchedulerCommand()) },
	"kwok":                    runKwok,
	"kubectl":                 runKubectl,
}

// dropLinkedFlags forgets the flags that the Kubernetes programs register for
// the whole process when they are linked: cobra would add them to every
// command. Only those programs themselves need them.
func dropLinkedFlags() {
	pflag.CommandLine = pflag.NewFlagSet(os.Args[0], pflag.ContinueOnError)
}

func runCommand(c *cobra.Command) int {
	c.SetArgs(os.Args[1:])
	return basecli.Run(c)
}

func runEtcd() int {
	etcdmain.Main(os.Args)
	return 0
}

// runKwok does what kwok's own main does: the stages come from the files that
// --config names, and must be read before the command is made.
func runKwok() int {
	dropLinkedFlags()
	flags := pflag.NewFlagSet("global", pflag.ContinueOnError)
	flags.ParseErrorsAllowlist.UnknownFlags = true
	flags.Usage = func() {}
	ctx, logger := kwoklog.InitFlags(kwoksignals.SetupSignalContext(), flags)
	ctx, err := kwokconfig.InitFlags(ctx, flags)
	if err != nil {
		logger.Error("read the configuration", "err", err)
		return 1
	}
	command := kwok.NewCommand(ctx)
	command.PersistentFlags().AddFlagSet(flags)
	if err := command.ExecuteContext(ctx); err != nil {
		logger.Error("run", "err", err)
		return 1
	}
	return 0
}

func runKubectl() int {
	if err := cli.PointKubectl(); err != nil {
		fmt.Fprintf(os.Stderr, "sandbox: kubectl: %v\n", err)
		return 1
	}
	if err := basecli.RunNoErrOutput(kubectl.NewDefaultKubectlCommand()); err != nil {
		// Prints as kubectl does and exits with kubectl's status.
		kubectlutil.CheckErr(err)
	}
	return 0
}
