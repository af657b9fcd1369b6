package cluster

import (
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/kudoc/kudoc/sandbox/internal/node"
)

// Names of the components, which are also the subcommands that run them.
const (
	etcd       = "etcd"
	apiserver  = "kube-apiserver"
	controller = "kube-controller-manager"
	scheduler  = "kube-scheduler"
	simulator  = "kwok"
)

// serviceRange is where Services have their addresses. The first one is the API
// server's.
const serviceRange = "10.96.0.0/16"

// Component is one process of the sandbox.
type Component struct {
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

// freePorts asks the system for ports that nobody uses. They are held by the
// listeners, in the order of the fields, so that they differ.
func freePorts() (Ports, []*net.TCPListener, error) {
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

func loopback(port int) string {
	return "https://" + net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
}

// Components lists what to run around simulated nodes, in the order of starting.
func Components(l Layout, p Ports) []Component {
	return []Component{
		{Name: etcd, Args: etcdArgs(l, p), Health: loopback(p.EtcdClient) + "/health"},
		{Name: apiserver, Args: apiserverArgs(l, p), Health: loopback(p.API) + "/readyz"},
		{Name: controller, Args: controllerArgs(l, p), Health: loopback(p.Controller) + "/healthz"},
		{Name: scheduler, Args: schedulerArgs(l, p), Health: loopback(p.Scheduler) + "/readyz"},
		{Name: simulator, Args: nodeArgs(l)},
	}
}

// etcdArgs requires a client certificate of etcd's own authority on both
// ports: other users of the machine can reach the loopback interface.
func etcdArgs(l Layout, p Ports) []string {
	client, peer := loopback(p.EtcdClient), loopback(p.EtcdPeer)
	ca, cert, key := l.path("pki", "etcd-ca.crt"), l.path("pki", "etcd.crt"), l.path("pki", "etcd.key")
	return []string{
		"--name=sandbox",
		"--data-dir=" + l.path("etcd"),
		"--listen-client-urls=" + client,
		"--advertise-client-urls=" + client,
		"--listen-peer-urls=" + peer,
		"--initial-advertise-peer-urls=" + peer,
		"--initial-cluster=sandbox=" + peer,
		"--client-cert-auth", "--trusted-ca-file=" + ca, "--cert-file=" + cert, "--key-file=" + key,
		"--peer-client-cert-auth", "--peer-trusted-ca-file=" + ca, "--peer-cert-file=" + cert, "--peer-key-file=" + key,
		// A member that is alone need not wait a second for a better leader.
		"--heartbeat-interval=20", "--election-timeout=200",
		// The data does not outlive the sandbox, so a power failure may have it.
		"--unsafe-no-fsync",
		"--log-level=warn",
	}
}

// apiserverArgs are for simulated pods, which reach nothing: the kubernetes
// Service needs no endpoints, and a loopback address could not be one.
func apiserverArgs(l Layout, p Ports) []string {
	return append(commonAPIServerArgs(l, p),
		"--bind-address=127.0.0.1",
		"--advertise-address=127.0.0.1",
		"--endpoint-reconciler-type=none",
	)
}

func commonAPIServerArgs(l Layout, p Ports) []string {
	return []string{
		"--secure-port=" + strconv.Itoa(p.API),
		"--tls-cert-file=" + l.path("pki", "server.crt"),
		"--tls-private-key-file=" + l.path("pki", "server.key"),
		"--client-ca-file=" + l.path("pki", "ca.crt"),
		"--etcd-servers=" + loopback(p.EtcdClient),
		"--etcd-cafile=" + l.path("pki", "etcd-ca.crt"),
		"--etcd-certfile=" + l.path("pki", "etcd.crt"),
		"--etcd-keyfile=" + l.path("pki", "etcd.key"),
		"--authorization-mode=RBAC",
		"--anonymous-auth=false",
		"--allow-privileged=true",
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file=" + l.path("pki", "service-account.key"),
		"--service-account-signing-key-file=" + l.path("pki", "service-account.key"),
		"--service-cluster-ip-range=" + serviceRange,
		"--profiling=false",
	}
}

// clientArgs make a component speak to the API server as itself, and let the
// API server decide who may ask the component for its health.
func clientArgs(l Layout, name string) []string {
	conf := l.path("config", name+".kubeconfig")
	return []string{
		"--kubeconfig=" + conf,
		"--authentication-kubeconfig=" + conf,
		"--authorization-kubeconfig=" + conf,
		"--bind-address=127.0.0.1",
		"--tls-cert-file=" + l.path("pki", "server.crt"),
		"--tls-private-key-file=" + l.path("pki", "server.key"),
		"--leader-elect=false",
		"--profiling=false",
		// The default limits are made for big clusters that share an API
		// server; here they would only make people wait.
		"--kube-api-qps=1000",
		"--kube-api-burst=2000",
	}
}

func controllerArgs(l Layout, p Ports) []string {
	return append(clientArgs(l, controller),
		"--secure-port="+strconv.Itoa(p.Controller),
		"--service-account-private-key-file="+l.path("pki", "service-account.key"),
		"--root-ca-file="+l.path("pki", "ca.crt"),
		"--use-service-account-credentials=false",
		// The default is a system folder, which the program would create.
		"--flex-volume-plugin-dir="+l.path("work", "flexvolume"),
		"--controller-start-interval=0s",
		"--pvclaimbinder-sync-period=2s",
		"--namespace-sync-period=1s",
		"--resource-quota-sync-period=10s",
	)
}

func schedulerArgs(l Layout, p Ports) []string {
	return append(clientArgs(l, scheduler), "--secure-port="+strconv.Itoa(p.Scheduler))
}

func nodeArgs(l Layout) []string {
	return []string{
		"--kubeconfig=" + l.path("config", simulator+".kubeconfig"),
		"--config=" + l.path("config", "stages.yaml"),
		"--manage-nodes-with-annotation-selector=" + nodeAnnotation + "=fake",
		"--node-ip=" + nodeAddress,
		"--cidr=10.244.0.0/16",
		"--node-lease-duration-seconds=40",
		"--v=WARN",
	}
}

// contents decides every file that the components read before they run, by its
// name below the sandbox's folder. The server's certificate is good for the
// addresses too.
func contents(p Ports, now time.Time, addresses ...net.IP) (map[string][]byte, error) {
	ca, err := newAuthority("kudoc-sandbox", now)
	if err != nil {
		return nil, err
	}
	etcdCA, err := newAuthority("kudoc-sandbox-etcd", now)
	if err != nil {
		return nil, err
	}
	server, err := ca.server("kudoc-sandbox", now, addresses...)
	if err != nil {
		return nil, err
	}
	store, err := etcdCA.server("etcd", now)
	if err != nil {
		return nil, err
	}
	tokens, err := newSigningKey()
	if err != nil {
		return nil, err
	}
	stages, err := stageFile()
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{
		"pki/ca.crt":              ca.cert,
		"pki/server.crt":          server.cert,
		"pki/server.key":          server.key,
		"pki/etcd-ca.crt":         etcdCA.cert,
		"pki/etcd.crt":            store.cert,
		"pki/etcd.key":            store.key,
		"pki/service-account.key": tokens,
		"config/stages.yaml":      stages,
	}
	return files, addClients(files, ca, loopback(p.API), now)
}

// addClients adds a kubeconfig for each who speaks to the API server. All are
// administrators; the names tell them apart in field managers and audit logs.
func addClients(files map[string][]byte, ca *authority, server string, now time.Time) error {
	admins := []string{"system:masters"}
	for file, user := range map[string]string{
		"kubeconfig":                           "sandbox-admin",
		"config/" + controller + ".kubeconfig": "system:kube-controller-manager",
		"config/" + scheduler + ".kubeconfig":  "system:kube-scheduler",
		"config/" + simulator + ".kubeconfig":  "system:kwok",
		"config/" + kubelet + ".kubeconfig":    "system:node:" + node.Name,
		"config/" + proxy + ".kubeconfig":      "system:kube-proxy",
		"config/" + clusterDNS + ".kubeconfig": "system:dns",
	} {
		client, err := ca.client(user, admins, now)
		if err != nil {
			return err
		}
		files[file] = kubeconfig(server, user, ca.cert, client)
		if user == "sandbox-admin" {
			files["pki/admin.crt"], files["pki/admin.key"] = client.cert, client.key
		}
	}
	return nil
}
