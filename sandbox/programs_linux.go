package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"

	"github.com/kudoc/kudoc/sandbox/internal/dns"
	"github.com/kudoc/kudoc/sandbox/internal/node"
)

// What a real node runs exists on Linux only.
func init() {
	programs["kubelet"] = func() int { return runCommand(kubelet.NewKubeletCommand(context.Background())) }
	programs["kube-proxy"] = func() int { return runCommand(proxy.NewProxyCommand()) }
	programs["cluster-dns"] = runDNS
	programs["node-init"] = func() int { return node.Init(os.Args[1:]) }
	programs["node-janitor"] = node.Janitor
	programs["node-probe"] = func() int { return node.Probe(os.Args[1:], os.Stdout) }
}

func runDNS() int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := dns.Run(ctx, os.Args[1:], os.Stderr); err != nil {
		fmt.Fprintf(os.Stderr, "sandbox: cluster DNS: %v\n", err)
		return 1
	}
	return 0
}
