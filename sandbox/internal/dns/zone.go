package dns

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/miekg/dns"
	core "k8s.io/api/core/v1"
	discovery "k8s.io/api/discovery/v1"
)

// ttl is short: tests replace pods all the time.
const ttl = 2

const (
	domain      = "cluster.local."
	services    = "svc." + domain
	reverseIPv4 = "in-addr.arpa."
)

// Zone holds records by lower-case name. A name without records exists too when
// there are names below it.
type Zone map[string][]dns.RR

// NewZone makes the records of all Services.
func NewZone(all []*core.Service, slices []*discovery.EndpointSlice) Zone {
	z := Zone{}
	z.touch(services)
	bySvc := map[string][]*discovery.EndpointSlice{}
	for _, s := range slices {
		key := s.Namespace + "/" + s.Labels[discovery.LabelServiceName]
		bySvc[key] = append(bySvc[key], s)
	}
	for _, svc := range all {
		name := svc.Name + "." + svc.Namespace + "." + services
		switch {
		case svc.Spec.Type == core.ServiceTypeExternalName:
			z.add(&dns.CNAME{Hdr: header(name, dns.TypeCNAME), Target: dns.Fqdn(svc.Spec.ExternalName)})
		case svc.Spec.ClusterIP == core.ClusterIPNone:
			z.addHeadless(name, svc, bySvc[svc.Namespace+"/"+svc.Name])
		default:
			z.addClusterIP(name, svc)
		}
	}
	return z
}

func (z Zone) addClusterIP(name string, svc *core.Service) {
	z.touch(name)
	for _, ip := range svc.Spec.ClusterIPs {
		z.addAddress(name, ip)
		z.addReverse(ip, name)
	}
	for _, p := range svc.Spec.Ports {
		z.addPort(name, p.Name, string(p.Protocol), p.Port, name)
	}
}

// addHeadless gives each endpoint a name of its own. The endpoints controller
// calls all of them ready when the Service publishes those that are not.
func (z Zone) addHeadless(name string, svc *core.Service, endpoints []*discovery.EndpointSlice) {
	z.touch(name)
	for _, slice := range endpoints {
		for _, e := range slice.Endpoints {
			if !ready(e) && !svc.Spec.PublishNotReadyAddresses {
				continue
			}
			for _, ip := range e.Addresses {
				host := hostname(e, ip) + "." + name
				z.addAddress(name, ip)
				z.addAddress(host, ip)
				if e.Hostname != nil {
					z.addReverse(ip, host)
				}
				for _, p := range slice.Ports {
					if p.Name != nil && p.Port != nil && p.Protocol != nil {
						z.addPort(name, *p.Name, string(*p.Protocol), *p.Port, host)
					}
				}
			}
		}
	}
}

// ready is as the API defines it: unknown counts as ready.
func ready(e discovery.Endpoint) bool {
	return e.Conditions.Ready == nil || *e.Conditions.Ready
}

// hostname is the endpoint's own, or its address with dashes.
func hostname(e discovery.Endpoint, ip string) string {
	if e.Hostname != nil && *e.Hostname != "" {
		return *e.Hostname
	}
	return strings.NewReplacer(".", "-", ":", "-").Replace(ip)
}

func (z Zone) addAddress(name, ip string) {
	addr, err := netip.ParseAddr(ip)
	if err != nil {
		return // the API server lets only addresses in
	}
	if addr.Is4() {
		z.add(&dns.A{Hdr: header(name, dns.TypeA), A: addr.AsSlice()})
	} else {
		z.add(&dns.AAAA{Hdr: header(name, dns.TypeAAAA), AAAA: addr.AsSlice()})
	}
}

func (z Zone) addReverse(ip, name string) {
	if reverse, err := dns.ReverseAddr(ip); err == nil {
		z.add(&dns.PTR{Hdr: header(reverse, dns.TypePTR), Ptr: name})
	}
}

// addPort makes the record of a named port.
func (z Zone) addPort(name, port, protocol string, number int32, target string) {
	if port == "" {
		return
	}
	z.add(&dns.SRV{
		Hdr:    header("_"+port+"._"+strings.ToLower(protocol)+"."+name, dns.TypeSRV),
		Weight: 100, Port: uint16(number), Target: target, //nolint:gosec // the API server lets only ports in
	})
}

func (z Zone) add(rr dns.RR) {
	name := strings.ToLower(rr.Header().Name)
	same := func(other dns.RR) bool { return dns.IsDuplicate(rr, other) }
	if !slices.ContainsFunc(z[name], same) {
		z[name] = append(z[name], rr)
	}
	z.touch(name)
}

// touch makes a name and all names above it exist.
func (z Zone) touch(name string) {
	for name = strings.ToLower(name); name != ""; {
		if _, found := z[name]; !found {
			z[name] = nil
		}
		_, name, _ = strings.Cut(name, ".")
	}
}

func header(name string, kind uint16) dns.RR_Header {
	return dns.RR_Header{Name: name, Rrtype: kind, Class: dns.ClassINET, Ttl: ttl}
}
