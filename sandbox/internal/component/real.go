package component

import (
	"net"
	"slices"
	"strings"

	"github.com/kudoc/kudoc/sandbox/internal/folder"
	"github.com/kudoc/kudoc/sandbox/internal/node"
)

// Names of the components that only a real node has. All but Containerd are
// also the subcommands that run them.
const (
	NodeInit   = "node-init"
	Containerd = "containerd"
	Kubelet    = "kubelet"
	Proxy      = "kube-proxy"
	ClusterDNS = "cluster-dns"
)

// apiAddress is the address of the kubernetes Service: the first of its range.
const apiAddress = "10.96.0.1"

// NodeAddresses are where pods find the API server, and the API server the
// kubelet.
func NodeAddresses() []net.IP {
	return []net.IP{net.ParseIP(node.Address), net.ParseIP(apiAddress)}
}

// Real lists what to run with a real node, in the order of starting. All of it
// runs in the node's namespaces, so that nothing outside can reach a port that
// is open there.
func Real(l folder.Layout, p Ports, inside node.Inside) []Spec {
	config := l.Path(node.Dir, "config")
	plane := controlPlane(l, p, realAPIServerArgs(l), []string{"--enable-hostpath-provisioner=true"})
	return slices.Concat([]Spec{{Name: NodeInit, Args: inside.Args()}}, plane, []Spec{
		{Name: Containerd, Program: Containerd, Args: []string{"--config", config + "/containerd.toml"}},
		{Name: Kubelet, Args: []string{
			"--config=" + config + "/kubelet.yaml",
			"--kubeconfig=" + l.Path("config", Kubelet+".kubeconfig"),
			"--cert-dir=/var/lib/kubelet/pki",
			"--hostname-override=" + node.Name,
			"--node-ip=" + node.Address,
		}, Health: plain(p.Kubelet) + "/healthz"},
		{Name: Proxy, Args: []string{"--config=" + config + "/kube-proxy.yaml"}, Health: plain(p.Proxy) + "/healthz"},
		{Name: ClusterDNS, Args: []string{
			"--kubeconfig=" + l.Path("config", ClusterDNS+".kubeconfig"),
			"--address=" + net.JoinHostPort(node.Address, "53"),
		}},
	})
}

// plain is Loopback for servers without a certificate.
func plain(port int) string { return strings.Replace(Loopback(port), "https", "http", 1) }

// realAPIServerArgs let pods and the kubelet reach the API server, and the API
// server the kubelet, each with a certificate.
func realAPIServerArgs(l folder.Layout) []string {
	return []string{
		"--bind-address=0.0.0.0",
		"--advertise-address=" + node.Address,
		"--kubelet-preferred-address-types=InternalIP",
		"--kubelet-certificate-authority=" + l.Path("pki", "ca.crt"),
		"--kubelet-client-certificate=" + l.Path("pki", "admin.crt"),
		"--kubelet-client-key=" + l.Path("pki", "admin.key"),
	}
}

// StoreConfig is the configuration of the containerd that fills the store.
func StoreConfig(l folder.Layout) string { return l.Path(node.Dir, "config", "store.toml") }

// ResolvConf is the file that makes a process on a real node find cluster names.
func ResolvConf(l folder.Layout) string { return l.Path(node.Dir, "config", "resolv.conf") }

// NodeSettings decide the node's configuration files.
func NodeSettings(l folder.Layout, p Ports, store, plugins string) node.Settings {
	return node.Settings{
		Paths:           node.Paths{Config: l.Path(node.Dir, "config"), Store: store, CNI: plugins},
		AuthorityFile:   l.Path("pki", "ca.crt"),
		CertFile:        l.Path("pki", "server.crt"),
		KeyFile:         l.Path("pki", "server.key"),
		ProxyKubeconfig: l.Path("config", Proxy+".kubeconfig"),
		KubeletHealth:   p.Kubelet,
		ProxyHealth:     p.Proxy,
	}
}

// All lists the ports in the order of freePorts.
func (p Ports) All() []int {
	return []int{p.API, p.EtcdClient, p.EtcdPeer, p.Controller, p.Scheduler, p.Kubelet, p.Proxy}
}
