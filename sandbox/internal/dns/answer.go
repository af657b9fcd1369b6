package dns

import (
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// Answer answers one request from the zone.
func (z Zone) Answer(request *dns.Msg) *dns.Msg {
	reply := new(dns.Msg).SetReply(request)
	reply.Authoritative = true
	// Clients that do not ask this server to look further stay away from it.
	reply.RecursionAvailable = true
	if len(request.Question) != 1 || request.Question[0].Qclass != dns.ClassINET {
		reply.Rcode = dns.RcodeRefused
		return reply
	}
	q := request.Question[0]
	records, exists := z[strings.ToLower(q.Name)]
	for _, rr := range records {
		if kind := rr.Header().Rrtype; kind == q.Qtype || kind == dns.TypeCNAME || q.Qtype == dns.TypeANY {
			reply.Answer = append(reply.Answer, named(rr, q.Name))
			reply.Extra = append(reply.Extra, z.targets(rr)...)
		}
	}
	switch {
	case !exists:
		reply.Rcode = dns.RcodeNameError
		reply.Ns = []dns.RR{authority(q.Name)}
	case len(reply.Answer) == 0:
		reply.Ns = []dns.RR{authority(q.Name)}
	}
	return reply
}

// named repeats the question's upper and lower case, which some clients check.
func named(rr dns.RR, name string) dns.RR {
	rr = dns.Copy(rr)
	rr.Header().Name = name
	return rr
}

// targets saves a client that got the name of a server the next question.
func (z Zone) targets(rr dns.RR) []dns.RR {
	srv, ok := rr.(*dns.SRV)
	if !ok {
		return nil
	}
	return slices.Clone(z[strings.ToLower(srv.Target)])
}

// authority tells how long it may be remembered that something does not exist.
func authority(name string) dns.RR {
	zone := domain
	if strings.HasSuffix(strings.ToLower(name), reverseIPv4) {
		zone = reverseIPv4
	}
	return &dns.SOA{
		Hdr: header(zone, dns.TypeSOA), Ns: "ns.dns." + domain, Mbox: "hostmaster." + domain,
		Serial: 1, Refresh: 7200, Retry: 1800, Expire: 86400, Minttl: ttl,
	}
}
