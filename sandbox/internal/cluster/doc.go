// Package cluster boots, watches and stops a development Kubernetes control
// plane on the loopback interface of one machine.
//
// The control plane is the program itself, started again once per component
// (sandbox etcd, sandbox kube-apiserver, ...). The package therefore knows the
// components only by their command lines and links none of them, which keeps
// its tests quick to build.
//
// Three processes take part:
//
//	up          prepares the folder, starts the supervisor, reports its progress, ends
//	supervisor  owns the components; starts one that dies again; stops all of them
//	            when one does not get well any more, when it is told to, or when
//	            the process it was started for is gone
//	component   ends when its supervisor does, however the supervisor ended
//
// Who is alive is decided by one thing: a lock on the sandbox's folder, which
// every process of the sandbox inherits. The lock is free exactly when none of
// them lives, so a recorded process id is never trusted on its own.
//
// What to run and what to write is decided by package component, where files go
// by package folder; package process runs what is decided. The order of the boot
// is in boot.go, and in realboot.go for a real node; what is done about
// components that die is in restart.go.
package cluster
