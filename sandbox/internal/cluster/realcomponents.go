package cluster

import (
	"net"
	"strings"

	"github.com/kudoc/kudoc/sandbox/internal/node"
)

// Names of the components that only a real node has. All but containerd are
// also the subcommands that run them.
const (
	nodeInit   = "node-init"
	containerd = "containerd"
	kubelet    = "kubelet"
	proxy      = "kube-proxy"
	clusterDNS = "cluster-dns"
)

// apiAddress is the address of the kubernetes Service: the first of its range.
const apiAddress = "10.96.0.1"

// nodeAddresses are where pods find the API server, and the API server the
// kubelet.
func nodeAddresses() []net.IP {
	return []net.IP{net.ParseIP(node.Address), net.ParseIP(apiAddress)}
}

// RealComponents lists what to run with a real node, in the order of starting.
// All of it runs in the node's namespaces, so that nothing outside can reach a
// port that is open there.
func RealComponents(l Layout, p Ports, inside node.Inside) []Component {
	config := l.path(node.Dir, "config")
	return []Component{
		{Name: nodeInit, Args: inside.Args()},
		{Name: etcd, Args: etcdArgs(l, p), Health: loopback(p.EtcdClient) + "/health"},
		{Name: apiserver, Args: realAPIServerArgs(l, p), Health: loopback(p.API) + "/readyz"},
		{Name: controller, Args: append(controllerArgs(l, p), "--enable-hostpath-provisioner=true"), Health: loopback(p.Controller) + "/healthz"},
		{Name: scheduler, Args: schedulerArgs(l, p), Health: loopback(p.Scheduler) + "/readyz"},
		{Name: containerd, Program: containerd, Args: []string{"--config", config + "/containerd.toml"}},
		{Name: kubelet, Args: []string{
			"--config=" + config + "/kubelet.yaml",
			"--kubeconfig=" + l.path("config", kubelet+".kubeconfig"),
			"--cert-dir=/var/lib/kubelet/pki",
			"--hostname-override=" + node.Name,
			"--node-ip=" + node.Address,
		}, Health: plain(p.Kubelet) + "/healthz"},
		{Name: proxy, Args: []string{"--config=" + config + "/kube-proxy.yaml"}, Health: plain(p.Proxy) + "/healthz"},
		{Name: clusterDNS, Args: []string{
			"--kubeconfig=" + l.path("config", clusterDNS+".kubeconfig"),
			"--address=" + net.JoinHostPort(node.Address, "53"),
		}},
	}
}

// plain is loopback for servers without a certificate.
func plain(port int) string { return strings.Replace(loopback(port), "https", "http", 1) }

// realAPIServerArgs let pods and the kubelet reach the API server, and the API
// server the kubelet, each with a certificate.
func realAPIServerArgs(l Layout, p Ports) []string {
	return append(commonAPIServerArgs(l, p),
		"--bind-address=0.0.0.0",
		"--advertise-address="+node.Address,
		"--kubelet-preferred-address-types=InternalIP",
		"--kubelet-certificate-authority="+l.path("pki", "ca.crt"),
		"--kubelet-client-certificate="+l.path("pki", "admin.crt"),
		"--kubelet-client-key="+l.path("pki", "admin.key"),
	)
}

// nodeSettings decide the node's configuration files.
func nodeSettings(l Layout, p Ports, store, plugins string) node.Settings {
	return node.Settings{
		Paths:           node.Paths{Config: l.path(node.Dir, "config"), Store: store, CNI: plugins},
		AuthorityFile:   l.path("pki", "ca.crt"),
		CertFile:        l.path("pki", "server.crt"),
		KeyFile:         l.path("pki", "server.key"),
		ProxyKubeconfig: l.path("config", proxy+".kubeconfig"),
		KubeletHealth:   p.Kubelet,
		ProxyHealth:     p.Proxy,
	}
}

// all lists the ports in the order of freePorts.
func (p Ports) all() []int {
	return []int{p.API, p.EtcdClient, p.EtcdPeer, p.Controller, p.Scheduler, p.Kubelet, p.Proxy}
}
