package component

import "github.com/kudoc/kudoc/sandbox/internal/folder"

// Simulator is the component that plays nodes and pods.
const Simulator = "kwok"

// Simulated lists what to run around simulated nodes, in the order of starting.
//
// Simulated pods reach nothing: the kubernetes Service needs no endpoints, and a
// loopback address could not be one.
func Simulated(l folder.Layout, p Ports) []Spec {
	reach := []string{
		"--bind-address=127.0.0.1",
		"--advertise-address=127.0.0.1",
		"--endpoint-reconciler-type=none",
	}
	return append(controlPlane(l, p, reach, nil), Spec{Name: Simulator, Args: simulatorArgs(l)})
}
