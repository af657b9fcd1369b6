// Package component decides what to run for a sandbox and what to write for it:
// command lines, ports, certificates and configurations. It is pure but for
// random numbers, and for looking for free ports.
//
//	component.go  what a component is, and those of every control plane
//	simulated.go  what to run around simulated nodes
//	real.go       what to run with a real one
//	arguments.go  command lines
//	files.go      what the components read; kubeconfig.go how they find the API server
package component

import (
	"fmt"
	"net"
	"strconv"

	"github.com/kudoc/kudoc/sandbox/internal/folder"
)

// Names of the components, which are also the subcommands that run them.
const (
	Etcd       = "etcd"
	APIServer  = "kube-apiserver"
	Controller = "kube-controller-manager"
	Scheduler  = "kube-scheduler"
)

// serviceRange is where Services have their addresses. The first one is the API
// server's.
const serviceRange = "10.96.0.0/16"

// Spec is one process of the sandbox.
type Spec struct {
	Name    string
	Program string // to run instead of this program
	Args    []string
	Health  string // URL that answers 200 when the component is well; empty if it serves nothing
}

// Ports are the TCP ports on 127.0.0.1 that a sandbox listens on.
type Ports struct {
	API, EtcdClient, EtcdPeer, Controller, Scheduler int
	Kubelet, Proxy                                   int // for their health; of a real node only
}

// FreePorts asks the system for ports that nobody uses. They are held by the
// listeners, in the order of the fields, so that they differ.
func FreePorts() (Ports, []*net.TCPListener, error) {
	var p Ports
	var held []*net.TCPListener
	for _, port := range []*int{&p.API, &p.EtcdClient, &p.EtcdPeer, &p.Controller, &p.Scheduler, &p.Kubelet, &p.Proxy} {
		l, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			return Ports{}, held, fmt.Errorf("find a free port: %w", err)
		}
		held = append(held, l)
		*port = l.Addr().(*net.TCPAddr).Port
	}
	return p, held, nil
}

// Loopback is the URL of a server with a certificate.
func Loopback(port int) string {
	return "https://" + net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
}

// controlPlane lists the components of every sandbox, in the order of starting.
// The API server and the controllers get arguments besides.
func controlPlane(l folder.Layout, p Ports, apiserver, controller []string) []Spec {
	return []Spec{
		{Name: Etcd, Args: etcdArgs(l, p), Health: Loopback(p.EtcdClient) + "/health"},
		{Name: APIServer, Args: append(apiserverArgs(l, p), apiserver...), Health: Loopback(p.API) + "/readyz"},
		{Name: Controller, Args: append(controllerArgs(l, p), controller...), Health: Loopback(p.Controller) + "/healthz"},
		{Name: Scheduler, Args: schedulerArgs(l, p), Health: Loopback(p.Scheduler) + "/readyz"},
	}
}
