package component

import (
	"strconv"

	"github.com/kudoc/kudoc/sandbox/internal/folder"
	"github.com/kudoc/kudoc/sandbox/internal/manifest"
)

// etcdArgs requires a client certificate of etcd's own authority on both
// ports: other users of the machine can reach the loopback interface.
func etcdArgs(l folder.Layout, p Ports) []string {
	client, peer := Loopback(p.EtcdClient), Loopback(p.EtcdPeer)
	ca, cert, key := l.Path("pki", "etcd-ca.crt"), l.Path("pki", "etcd.crt"), l.Path("pki", "etcd.key")
	return []string{
		"--name=sandbox",
		"--data-dir=" + l.Path("etcd"),
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

func apiserverArgs(l folder.Layout, p Ports) []string {
	return []string{
		"--secure-port=" + strconv.Itoa(p.API),
		"--tls-cert-file=" + l.Path("pki", "server.crt"),
		"--tls-private-key-file=" + l.Path("pki", "server.key"),
		"--client-ca-file=" + l.Path("pki", "ca.crt"),
		"--etcd-servers=" + Loopback(p.EtcdClient),
		"--etcd-cafile=" + l.Path("pki", "etcd-ca.crt"),
		"--etcd-certfile=" + l.Path("pki", "etcd.crt"),
		"--etcd-keyfile=" + l.Path("pki", "etcd.key"),
		"--authorization-mode=RBAC",
		"--anonymous-auth=false",
		"--allow-privileged=true",
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file=" + l.Path("pki", "service-account.key"),
		"--service-account-signing-key-file=" + l.Path("pki", "service-account.key"),
		"--service-cluster-ip-range=" + serviceRange,
		"--profiling=false",
	}
}

// clientArgs make a component speak to the API server as itself, and let the
// API server decide who may ask the component for its health.
func clientArgs(l folder.Layout, name string) []string {
	conf := l.Path("config", name+".kubeconfig")
	return []string{
		"--kubeconfig=" + conf,
		"--authentication-kubeconfig=" + conf,
		"--authorization-kubeconfig=" + conf,
		"--bind-address=127.0.0.1",
		"--tls-cert-file=" + l.Path("pki", "server.crt"),
		"--tls-private-key-file=" + l.Path("pki", "server.key"),
		"--leader-elect=false",
		"--profiling=false",
		// The default limits are made for big clusters that share an API
		// server; here they would only make people wait.
		"--kube-api-qps=1000",
		"--kube-api-burst=2000",
	}
}

func controllerArgs(l folder.Layout, p Ports) []string {
	return append(clientArgs(l, Controller),
		"--secure-port="+strconv.Itoa(p.Controller),
		"--service-account-private-key-file="+l.Path("pki", "service-account.key"),
		"--root-ca-file="+l.Path("pki", "ca.crt"),
		"--use-service-account-credentials=false",
		// The default is a system folder, which the program would create.
		"--flex-volume-plugin-dir="+l.Path("work", "flexvolume"),
		"--controller-start-interval=0s",
		"--pvclaimbinder-sync-period=2s",
		"--namespace-sync-period=1s",
		"--resource-quota-sync-period=10s",
	)
}

func schedulerArgs(l folder.Layout, p Ports) []string {
	return append(clientArgs(l, Scheduler), "--secure-port="+strconv.Itoa(p.Scheduler))
}

func simulatorArgs(l folder.Layout) []string {
	return []string{
		"--kubeconfig=" + l.Path("config", Simulator+".kubeconfig"),
		"--config=" + l.Path("config", "stages.yaml"),
		"--manage-nodes-with-annotation-selector=" + manifest.Simulated + "=fake",
		"--node-ip=" + manifest.NodeAddress,
		"--cidr=10.244.0.0/16",
		// One that is started again waits until the leases of the one before have
		// run out.
		"--node-lease-duration-seconds=8",
		"--v=WARN",
	}
}
