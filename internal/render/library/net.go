package library

import (
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	"golang.org/x/net/idna"

	"github.com/kudoc/kudoc/internal/render/value"
)

// netFunctions are CUE's package net. An address is text, or the list of its bytes.
func netFunctions() []cel.EnvOption {
	d, s, i := cel.DynType, cel.StringType, cel.IntType
	numbers := cel.ListType(i)
	return []cel.EnvOption{
		function("net.ParseIP", typesOf(s), numbers, func(a []ref.Val) ref.Val { return octetsOf(netip.ParseAddr(text(a[0]))) }),
		function("net.ToIP4", typesOf(d), numbers, toIP4),
		function("net.ToIP16", typesOf(d), numbers, func(a []ref.Val) ref.Val {
			ip, err := address(a[0])
			if err != nil {
				return types.WrapErr(err)
			}
			b := ip.As16()
			return octetsOf(netip.AddrFrom16(b), nil)
		}),
		function("net.IPString", typesOf(d), s, func(a []ref.Val) ref.Val {
			ip, err := address(a[0])
			return result(ip.String(), err)
		}),
		function("net.AddIP", typesOf(d, i), s, addIP),
		function("net.AddIPCIDR", typesOf(d, i), s, addIPCIDR),
		function("net.CompareIP", typesOf(d, d), i, func(a []ref.Val) ref.Val {
			x, err := address(a[0])
			if err != nil {
				return types.WrapErr(err)
			}
			y, err := address(a[1])
			if err != nil {
				return types.WrapErr(err)
			}
			return types.Int(x.Compare(y))
		}),
		function("net.ParseCIDR", typesOf(s), d, parseCIDR),
		function("net.SplitHostPort", typesOf(s), cel.ListType(s), func(a []ref.Val) ref.Val {
			host, port, err := net.SplitHostPort(text(a[0]))
			if err != nil {
				return types.WrapErr(err)
			}
			return types.NewStringList(types.DefaultTypeAdapter, []string{host, port})
		}),
		function("net.JoinHostPort", typesOf(d, d), s, joinHostPort),
		function("net.PathEscape", typesOf(s), s, func(a []ref.Val) ref.Val { return types.String(url.PathEscape(text(a[0]))) }),
		function("net.QueryEscape", typesOf(s), s, func(a []ref.Val) ref.Val { return types.String(url.QueryEscape(text(a[0]))) }),
	}
}

// netTests are the functions of CUE's package net that are made to be constraints.
func netTests() []cel.EnvOption {
	d, s := cel.DynType, cel.StringType
	var out []cel.EnvOption
	for name, holds := range map[string]func(netip.Addr) bool{
		"IP": netip.Addr.IsValid, "IPv4": netip.Addr.Is4, "IPv6": netip.Addr.Is6, "LoopbackIP": netip.Addr.IsLoopback,
		"MulticastIP": netip.Addr.IsMulticast, "InterfaceLocalMulticastIP": netip.Addr.IsInterfaceLocalMulticast,
		"LinkLocalMulticastIP": netip.Addr.IsLinkLocalMulticast, "LinkLocalUnicastIP": netip.Addr.IsLinkLocalUnicast,
		"GlobalUnicastIP": netip.Addr.IsGlobalUnicast, "UnspecifiedIP": netip.Addr.IsUnspecified,
	} {
		out = append(out, test("net."+name, typesOf(d), func(a []ref.Val) (bool, error) {
			ip, err := address(a[0])
			return err == nil && holds(ip), err
		})...)
	}
	for _, more := range [][]cel.EnvOption{
		test("net.IPCIDR", typesOf(d), func(a []ref.Val) (bool, error) {
			_, err := prefix(a[0])
			return err == nil, err
		}),
		test("net.InCIDR", typesOf(d, d), func(a []ref.Val) (bool, error) {
			ip, err := address(a[0])
			if err != nil {
				return false, err
			}
			p, err := prefix(a[1])
			return err == nil && p.Contains(ip), err
		}),
		test("net.FQDN", typesOf(s), func(a []ref.Val) (bool, error) { return isFQDN(text(a[0])), nil }),
		test("net.URL", typesOf(s), func(a []ref.Val) (bool, error) {
			_, err := url.Parse(text(a[0]))
			return err == nil, err
		}),
		test("net.AbsURL", typesOf(s), func(a []ref.Val) (bool, error) {
			u, err := url.Parse(text(a[0]))
			if err == nil && !u.IsAbs() {
				err = fmt.Errorf("the URL %q is not absolute", text(a[0]))
			}
			return err == nil, err
		}),
	} {
		out = append(out, more...)
	}
	return out
}

func address(v ref.Val) (netip.Addr, error) {
	switch x := v.(type) {
	case types.String:
		return netip.ParseAddr(string(x))
	case types.Bytes:
		return netip.ParseAddr(string(x))
	case traits.Lister:
		var b []byte
		for _, e := range elements(x) {
			n, ok := e.(types.Int)
			if !ok || n < 0 || n > 255 {
				return netip.Addr{}, fmt.Errorf("%s is not a byte of an IP address", value.Show(e))
			}
			b = append(b, byte(n))
		}
		if ip, ok := netip.AddrFromSlice(b); ok {
			return ip, nil
		}
		return netip.Addr{}, fmt.Errorf("an IP address has 4 or 16 bytes, not %d", len(b))
	}
	return netip.Addr{}, fmt.Errorf("a %s is not an IP address", v.Type().TypeName())
}

func prefix(v ref.Val) (netip.Prefix, error) {
	switch x := v.(type) {
	case types.String:
		return netip.ParsePrefix(string(x))
	case types.Bytes:
		return netip.ParsePrefix(string(x))
	}
	return netip.Prefix{}, fmt.Errorf("a %s is not a range of IP addresses", v.Type().TypeName())
}

func octetsOf(ip netip.Addr, err error) ref.Val {
	if err != nil {
		return types.WrapErr(err)
	}
	var out []ref.Val
	for _, b := range ip.AsSlice() {
		out = append(out, types.Int(b))
	}
	return value.NewList(out)
}

func toIP4(a []ref.Val) ref.Val {
	ip, err := address(a[0])
	if err == nil && !ip.Is4() {
		err = fmt.Errorf("net.ToIP4: %s is not an IPv4 address", ip)
	}
	return octetsOf(ip, err)
}

// shifted is the address at a distance from another one.
func shifted(ip netip.Addr, by *big.Int) (netip.Addr, error) {
	n := new(big.Int).SetBytes(ip.AsSlice())
	n.Add(n, by)
	if n.Sign() < 0 || n.BitLen() > ip.BitLen() {
		return netip.Addr{}, fmt.Errorf("there is no such IP address: %s and %s", ip, by)
	}
	out, _ := netip.AddrFromSlice(n.FillBytes(make([]byte, ip.BitLen()/8)))
	return out, nil
}

func addIP(a []ref.Val) ref.Val {
	by := big.NewInt(number(a[1]))
	if p, err := prefix(a[0]); err == nil {
		ip, err := shifted(p.Addr(), by)
		return result(netip.PrefixFrom(ip, p.Bits()).String(), err)
	}
	ip, err := address(a[0])
	if err == nil {
		ip, err = shifted(ip, by)
	}
	return result(ip.String(), err)
}

func addIPCIDR(a []ref.Val) ref.Val {
	p, err := prefix(a[0])
	if err != nil {
		return types.WrapErr(err)
	}
	by := big.NewInt(number(a[1]))
	ip, err := shifted(p.Addr(), by.Lsh(by, uint(p.Addr().BitLen()-p.Bits())))
	return result(netip.PrefixFrom(ip, p.Bits()).String(), err)
}

func parseCIDR(a []ref.Val) ref.Val {
	p, err := netip.ParsePrefix(text(a[0]))
	if err != nil {
		return types.WrapErr(err)
	}
	first := p.Masked().Addr()
	mask, last := make([]byte, first.BitLen()/8), first.AsSlice()
	for i := range mask {
		mask[i] = ^byte(0xFF >> min(max(p.Bits()-8*i, 0), 8))
		last[i] |= ^mask[i]
	}
	netmask, _ := netip.AddrFromSlice(mask)
	broadcast, _ := netip.AddrFromSlice(last)
	o := value.NewObject(4)
	o.Set("prefix_mask", types.String(netmask.String()))
	o.Set("prefix_len", types.Int(p.Bits()))
	o.Set("prefix_addr", types.String(first.String()))
	if first.Is4() {
		o.Set("broadcast_addr", types.String(broadcast.String()))
	}
	return o
}

func joinHostPort(a []ref.Val) ref.Val {
	var host, port string
	switch x := a[0].(type) {
	case types.String:
		host = string(x)
	case types.Bytes:
		host = string(x)
	case traits.Lister:
		ip, err := address(x)
		if err != nil {
			return types.WrapErr(err)
		}
		host = ip.String()
	default:
		return types.NewErr("net.JoinHostPort: a %s is not a host", x.Type().TypeName())
	}
	switch x := a[1].(type) {
	case types.String:
		port = string(x)
	case types.Bytes:
		port = string(x)
	case types.Int:
		port = strconv.FormatInt(int64(x), 10)
	default:
		return types.NewErr("net.JoinHostPort: a %s is not a port", x.Type().TypeName())
	}
	return types.String(net.JoinHostPort(host, port))
}

var domainNames = idna.New(idna.MapForLookup(), idna.VerifyDNSLength(true))

// isFQDN is about ASCII only, and takes the dot of the root.
func isFQDN(s string) bool {
	if strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) >= 0 {
		return false
	}
	_, err := domainNames.ToASCII(strings.TrimSuffix(s, "."))
	return err == nil
}
