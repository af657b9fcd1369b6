package component

import (
	"net"
	"time"

	"github.com/kudoc/kudoc/sandbox/internal/manifest"
	"github.com/kudoc/kudoc/sandbox/internal/node"
	"github.com/kudoc/kudoc/sandbox/internal/pki"
)

// Files decides every file that the components read before they run, by its
// name below the sandbox's folder. The server's certificate is good for the
// addresses too.
func Files(p Ports, now time.Time, addresses ...net.IP) (map[string][]byte, error) {
	ca, err := pki.NewAuthority("kudoc-sandbox", now)
	if err != nil {
		return nil, err
	}
	etcdCA, err := pki.NewAuthority("kudoc-sandbox-etcd", now)
	if err != nil {
		return nil, err
	}
	server, err := ca.Server("kudoc-sandbox", now, addresses...)
	if err != nil {
		return nil, err
	}
	store, err := etcdCA.Server("etcd", now)
	if err != nil {
		return nil, err
	}
	tokens, err := pki.NewSigningKey()
	if err != nil {
		return nil, err
	}
	stages, err := manifest.Stages()
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{
		"pki/ca.crt":              ca.Cert,
		"pki/server.crt":          server.Cert,
		"pki/server.key":          server.Key,
		"pki/etcd-ca.crt":         etcdCA.Cert,
		"pki/etcd.crt":            store.Cert,
		"pki/etcd.key":            store.Key,
		"pki/service-account.key": tokens,
		"config/stages.yaml":      stages,
	}
	return files, addClients(files, ca, Loopback(p.API), now)
}

// addClients adds a kubeconfig for each who speaks to the API server. All are
// administrators; the names tell them apart in field managers and audit logs.
func addClients(files map[string][]byte, ca *pki.Authority, server string, now time.Time) error {
	admins := []string{"system:masters"}
	for file, user := range map[string]string{
		"kubeconfig":                           "sandbox-admin",
		"config/" + Controller + ".kubeconfig": "system:kube-controller-manager",
		"config/" + Scheduler + ".kubeconfig":  "system:kube-scheduler",
		"config/" + Simulator + ".kubeconfig":  "system:kwok",
		"config/" + Kubelet + ".kubeconfig":    "system:node:" + node.Name,
		"config/" + Proxy + ".kubeconfig":      "system:kube-proxy",
		"config/" + ClusterDNS + ".kubeconfig": "system:dns",
	} {
		client, err := ca.Client(user, admins, now)
		if err != nil {
			return err
		}
		files[file] = kubeconfig(server, user, ca.Cert, client)
		if user == "sandbox-admin" {
			files["pki/admin.crt"], files["pki/admin.key"] = client.Cert, client.Key
		}
	}
	return nil
}
