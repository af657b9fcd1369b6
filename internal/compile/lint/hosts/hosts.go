// Package hosts finds the addresses of pods of StatefulSets in texts.
package hosts

import (
	"regexp"
	"strconv"
)

// Host is the address of a pod of a StatefulSet: zk-0.zk-hs.
type Host struct {
	Text    string // as it is written, without what follows the service
	Set     string // the name of the StatefulSet
	Ordinal int
	Service string
	// Address says that it can only be an address: a port follows, or the zone of a cluster.
	Address bool
}

const label = `[a-z](?:[-a-z0-9]*[a-z0-9])?`

var host = regexp.MustCompile(`\b((` + label + `)-(\d{1,3})\.(` + label + `))((?:\.[-a-z0-9]+)?\.svc\b|:\d{2,5}\b)?`)

// In are the addresses in a text.
func In(text string) []Host {
	var out []Host
	for _, m := range host.FindAllStringSubmatch(text, -1) {
		ordinal, err := strconv.Atoi(m[3])
		if err != nil {
			continue
		}
		out = append(out, Host{Text: m[1], Set: m[2], Ordinal: ordinal, Service: m[4], Address: m[5] != ""})
	}
	return out
}
