// Package node makes one real Kubernetes node inside namespaces of its own:
// kubelet, containerd, kube-proxy and cluster DNS beside the control plane.
//
// The node's processes share a mount, network, IPC, host name and process
// namespace that nothing else is in. When the first process in there ends, the
// kernel ends all others, and with them go their mounts, interfaces and packet
// filter rules. Cgroups are the one thing that the kernel keeps; a janitor
// outside of the namespaces removes them, however the sandbox ended.
//
//	Launcher   starts processes inside the namespaces, from outside
//	Init       is the first process in there: mounts, network, forwarded ports
//	Janitor    waits until all is over and removes the node's cgroups
//	Preflight  says what this machine lacks to run a real node
//	Enter      runs a command in the node's network
//
// What is written and checked is decided by pure functions (config.go,
// findings.go, cgroups.go); namespaces exist on Linux only.
package node
