package node

import (
	"fmt"
	"net/netip"
	"path/filepath"
	"strings"
)

// Addresses inside the node's network, which nothing outside can reach.
const (
	Name          = "node-1"
	Address       = "10.9.9.1" // of the node; cluster DNS answers here
	podNetwork    = "10.244.0.0/24"
	clusterDomain = "cluster.local"
)

// containerdSocket is where containerd listens, in the node's file system.
const containerdSocket = "/run/containerd/containerd.sock"

// PauseImage holds a pod's namespaces together.
const PauseImage = "localhost/kudoc/pause:1"

// Paths are the places that the node's processes use, as seen from inside.
type Paths struct {
	Config string // folder of the files that Files names
	Store  string // containerd's images and layers, kept between boots
	CNI    string // folder of the network plugins
}

// Settings decide the node's configuration files.
type Settings struct {
	Paths
	AuthorityFile, CertFile, KeyFile string // the kubelet's server certificate and whom it trusts
	ProxyKubeconfig                  string
	KubeletHealth, ProxyHealth       int // ports on 127.0.0.1
}

// Files are the configuration files of the node, by name below Paths.Config.
func Files(s Settings) map[string][]byte {
	return map[string][]byte{
		"kubelet.yaml":         kubeletConfig(s),
		"kube-proxy.yaml":      proxyConfig(s),
		"containerd.toml":      containerdConfig(s.Paths, true),
		"store.toml":           containerdConfig(s.Paths, false),
		"cni/10-pods.conflist": cniConfig(),
		"resolv.conf":          resolvConf(),
	}
}

// kubeletConfig leaves to the machine what a guest should not decide: kernel
// settings, the score of the out-of-memory killer, packet filter chains.
func kubeletConfig(s Settings) []byte {
	return fmt.Appendf(nil, `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: %[1]s
healthzBindAddress: 127.0.0.1
healthzPort: %[2]d
readOnlyPort: 0
tlsCertFile: %[3]s
tlsPrivateKeyFile: %[4]s
authentication:
  anonymous: {enabled: false}
  webhook: {enabled: false}
  x509: {clientCAFile: %[5]s}
authorization: {mode: AlwaysAllow}
clusterDNS: [%[1]s]
clusterDomain: %[6]s
resolvConf: %[7]s
containerRuntimeEndpoint: unix://%[8]s
cgroupDriver: cgroupfs
cgroupRoot: /%[9]s
cgroupsPerQOS: true
failCgroupV1: false
failSwapOn: false
oomScoreAdj: 0
makeIPTablesUtilChains: false
localStorageCapacityIsolation: false
imageMinimumGCAge: 24h
imageGCHighThresholdPercent: 100
evictionHard: {memory.available: 100Mi}
enforceNodeAllocatable: [pods]
volumePluginDir: /var/lib/kubelet/volumeplugins
syncFrequency: 10s
nodeStatusUpdateFrequency: 5s
serializeImagePulls: false
shutdownGracePeriod: 0s
`, Address, s.KubeletHealth, s.CertFile, s.KeyFile, s.AuthorityFile, clusterDomain,
		filepath.Join(s.Config, "resolv.conf"), containerdSocket, CgroupName)
}

func proxyConfig(s Settings) []byte {
	return fmt.Appendf(nil, `apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: nftables
clientConnection: {kubeconfig: %s}
clusterCIDR: %s
hostnameOverride: %s
healthzBindAddress: 127.0.0.1:%d
metricsBindAddress: ""
conntrack: {maxPerCore: 0, min: 0}
nftables: {minSyncPeriod: 0s}
oomScoreAdj: 0
`, s.ProxyKubeconfig, podNetwork, Name, s.ProxyHealth)
}

// containerdConfig without pods is for putting the store in order: the part of
// containerd that serves the kubelet would remember the pods of a former boot.
func containerdConfig(p Paths, pods bool) []byte {
	disabled := []string{"io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.aufs"}
	if !pods {
		disabled = append(disabled, "io.containerd.grpc.v1.cri")
	}
	return fmt.Appendf(nil, `version = 2
root = %q
state = "/run/containerd"
oom_score = 0
disabled_plugins = ["%s"]
[grpc]
  address = %q
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = %q
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = %q
    conf_dir = %q
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = false
`, p.Store, strings.Join(disabled, `", "`), containerdSocket, PauseImage, p.CNI, filepath.Join(p.Config, "cni"))
}

// cniConfig connects each pod by a cable of its own. Nothing is masqueraded:
// there is no network outside.
func cniConfig() []byte {
	return fmt.Appendf(nil, `{
  "cniVersion": "0.4.0",
  "name": "pods",
  "plugins": [{
    "type": "ptp",
    "ipMasq": false,
    "ipam": {
      "type": "host-local",
      "dataDir": "/run/cni",
      "ranges": [[{"subnet": %q}]],
      "routes": [{"dst": "0.0.0.0/0"}]
    }
  }]
}
`, podNetwork)
}

// resolvConf is for processes on the node that want cluster names.
func resolvConf() []byte {
	return fmt.Appendf(nil, "search default.svc.%[1]s svc.%[1]s %[1]s\nnameserver %[2]s\noptions ndots:5\n", clusterDomain, Address)
}

// nodeAddress is the node's own address with the length of its network.
func nodeAddress() netip.Prefix { return netip.PrefixFrom(netip.MustParseAddr(Address), 24) }

// kernelSettings are the values that a kubelet demands of the kernel. It is
// shown files with these values in their place, so that it need not change the
// machine's.
var kernelSettings = map[string]string{
	"vm/overcommit_memory":      "1",
	"vm/panic_on_oom":           "0",
	"kernel/panic":              "10",
	"kernel/panic_on_oops":      "1",
	"kernel/keys/root_maxkeys":  "1000000",
	"kernel/keys/root_maxbytes": "25000000",
}
