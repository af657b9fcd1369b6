package dns

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"
	core "k8s.io/api/core/v1"
	discovery "k8s.io/api/discovery/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func ptr[T any](v T) *T { return &v }

func service(name string, spec core.ServiceSpec) *core.Service {
	if spec.ClusterIP != "" && spec.ClusterIP != core.ClusterIPNone {
		spec.ClusterIPs = []string{spec.ClusterIP}
	}
	return &core.Service{ObjectMeta: meta.ObjectMeta{Name: name, Namespace: "ns"}, Spec: spec}
}

func endpoint(ip, host string, isReady bool) discovery.Endpoint {
	e := discovery.Endpoint{Addresses: []string{ip}, Conditions: discovery.EndpointConditions{Ready: &isReady}}
	if host != "" {
		e.Hostname = &host
	}
	return e
}

// testZone has a Service of each kind.
func testZone() Zone {
	slice := func(of string, endpoints ...discovery.Endpoint) *discovery.EndpointSlice {
		return &discovery.EndpointSlice{
			ObjectMeta: meta.ObjectMeta{Name: of + "-1", Namespace: "ns", Labels: map[string]string{discovery.LabelServiceName: of}},
			Endpoints:  endpoints,
			Ports:      []discovery.EndpointPort{{Name: ptr("peer"), Port: ptr(int32(2888)), Protocol: ptr(core.ProtocolTCP)}},
		}
	}
	return NewZone([]*core.Service{
		service("web", core.ServiceSpec{ClusterIP: "10.96.0.7", Ports: []core.ServicePort{{Name: "http", Port: 80, Protocol: core.ProtocolTCP}}}),
		service("db", core.ServiceSpec{ClusterIP: core.ClusterIPNone}),
		service("zk", core.ServiceSpec{ClusterIP: core.ClusterIPNone, PublishNotReadyAddresses: true}),
		service("out", core.ServiceSpec{Type: core.ServiceTypeExternalName, ExternalName: "db.example.org"}),
	}, []*discovery.EndpointSlice{
		slice("web", endpoint("10.244.0.2", "", true)),
		slice("db", endpoint("10.244.0.3", "db-0", true), endpoint("10.244.0.4", "db-1", false), endpoint("10.244.0.5", "", true)),
		slice("zk", endpoint("10.244.0.6", "zk-0", false)),
	})
}

func TestAnswer(t *testing.T) {
	const nx, none = "NXDOMAIN", "NOERROR"
	tests := map[string]struct {
		name string
		kind uint16
		want []string // status, then data of the answers
	}{
		"address of a Service":              {"web.ns.svc.cluster.local.", dns.TypeA, []string{none, "10.96.0.7"}},
		"upper case":                        {"WEB.ns.svc.Cluster.local.", dns.TypeA, []string{none, "10.96.0.7"}},
		"no IPv6 address is no error":       {"web.ns.svc.cluster.local.", dns.TypeAAAA, []string{none}},
		"port of a Service":                 {"_http._tcp.web.ns.svc.cluster.local.", dns.TypeSRV, []string{none, "0 100 80 web.ns.svc.cluster.local."}},
		"endpoints that are ready":          {"db.ns.svc.cluster.local.", dns.TypeA, []string{none, "10.244.0.3", "10.244.0.5"}},
		"one endpoint":                      {"db-0.db.ns.svc.cluster.local.", dns.TypeA, []string{none, "10.244.0.3"}},
		"one that is not ready":             {"db-1.db.ns.svc.cluster.local.", dns.TypeA, []string{nx}},
		"one without a host name":           {"10-244-0-5.db.ns.svc.cluster.local.", dns.TypeA, []string{none, "10.244.0.5"}},
		"not ready, published all the same": {"zk-0.zk.ns.svc.cluster.local.", dns.TypeA, []string{none, "10.244.0.6"}},
		"port of an endpoint":               {"_peer._tcp.zk.ns.svc.cluster.local.", dns.TypeSRV, []string{none, "0 100 2888 zk-0.zk.ns.svc.cluster.local."}},
		"name of a Service's address":       {"7.0.96.10.in-addr.arpa.", dns.TypePTR, []string{none, "web.ns.svc.cluster.local."}},
		"name of a pod's address":           {"6.0.244.10.in-addr.arpa.", dns.TypePTR, []string{none, "zk-0.zk.ns.svc.cluster.local."}},
		"external name":                     {"out.ns.svc.cluster.local.", dns.TypeA, []string{none, "db.example.org."}},
		"no such Service":                   {"nope.ns.svc.cluster.local.", dns.TypeA, []string{nx}},
		"a namespace exists":                {"ns.svc.cluster.local.", dns.TypeA, []string{none}},
		"the outside does not":              {"example.org.", dns.TypeA, []string{nx}},
		"nor a search path's guess":         {"example.org.ns.svc.cluster.local.", dns.TypeA, []string{nx}},
	}
	zone := testZone()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			reply := zone.Answer(new(dns.Msg).SetQuestion(test.name, test.kind))
			got := []string{dns.RcodeToString[reply.Rcode]}
			for _, rr := range reply.Answer {
				if rr.Header().Name != test.name {
					t.Errorf("the answer is about %s", rr.Header().Name)
				}
				got = append(got, strings.TrimPrefix(rr.String(), rr.Header().String()))
			}
			slices.Sort(got[1:])
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if empty := len(reply.Answer) == 0; empty != (len(reply.Ns) == 1) {
				t.Errorf("authority %v for %d answers", reply.Ns, len(reply.Answer))
			}
			if _, err := reply.Pack(); err != nil {
				t.Errorf("pack: %v", err)
			}
		})
	}
}

func TestAnswerRefusesWhatIsNoQuestion(t *testing.T) {
	if reply := testZone().Answer(new(dns.Msg)); reply.Rcode != dns.RcodeRefused {
		t.Errorf("status %s", dns.RcodeToString[reply.Rcode])
	}
}
