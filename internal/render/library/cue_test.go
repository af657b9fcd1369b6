package library

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/cuecontext"
	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/go-cmp/cmp"

	"github.com/kudoc/kudoc/internal/render/value"
)

// TestNetMeansWhatCUEMeans calls functions with random arguments. Calls are spelled alike in CUE and CEL.
func TestNetMeansWhatCUEMeans(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var calls []string
	for range 4000 {
		calls = append(calls, netCall(r))
	}
	sameAsCUE(t, `"net"`, calls)
}

// sameAsCUE compares the values of expressions, or that both sides refuse.
func sameAsCUE(t *testing.T, imports string, sources []string) {
	t.Helper()
	env, err := cel.NewEnv(Functions()...)
	if err != nil {
		t.Fatal(err)
	}
	ctx := cuecontext.New()
	failed := 0
	for _, source := range sources {
		v := ctx.CompileString("import (" + imports + ")\nx: " + source).LookupPath(cue.ParsePath("x"))
		want, wantErr := v.MarshalJSON()
		got, gotErr := evaluate(env, source)
		if (wantErr != nil) != (gotErr != nil) {
			t.Errorf("%s: CUE says %s, %v; got %v, %v", source, want, wantErr, got, gotErr)
			continue
		}
		if wantErr != nil {
			failed++
			continue
		}
		if decoded, err := value.Decode(want); err != nil {
			t.Error(err)
		} else if d := cmp.Diff(decoded, got); d != "" {
			t.Errorf("%s: CUE says %s, got %v", source, want, got)
		}
	}
	t.Logf("%d expressions, %d of which both refuse", len(sources), failed)
}

func evaluate(env *cel.Env, source string) (any, error) {
	ast, issues := env.Compile(source)
	if issues.Err() != nil {
		return nil, issues.Err()
	}
	program, err := env.Program(ast)
	if err != nil {
		return nil, err
	}
	v, _, err := program.Eval(map[string]any{})
	if err != nil {
		return nil, err
	}
	return value.ToGo(v, func(int) error { return nil }, 0)
}

func netCall(r *rand.Rand) string {
	pick := func(s string) string { l := strings.Split(s, " "); return l[r.IntN(len(l))] }
	address := func() string {
		switch r.IntN(4) {
		case 0:
			return fmt.Sprintf("%q", fmt.Sprintf("%d.%d.%d.%d", r.IntN(300), r.IntN(256), r.IntN(256), r.IntN(256)))
		case 1:
			return pick("[1,2,3,4] [255,0,0,1] [1,2,3] [300,1,1,1] [224,0,0,1] [0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1] [0,0,0,0,0,0,0,0,0,0,255,255,1,2,3,4] []")
		}
		return strconv.Quote(pick("127.0.0.1 0.0.0.0 255.255.255.255 224.0.0.1 169.254.1.1 :: ::1 fe80::1 fe80::1%eth0 ff01::1 ff02::1 2001:db8::68 ::ffff:1.2.3.4 1.2.3 01.2.3.4 1.2.3.4.5 x 1.2.3.4:80 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 2001:DB8:0:0::1"))
	}
	network := func() string {
		if r.IntN(2) == 0 {
			return fmt.Sprintf("%q", fmt.Sprintf("%d.%d.%d.%d/%d", r.IntN(256), r.IntN(256), r.IntN(256), r.IntN(256), r.IntN(34)))
		}
		return strconv.Quote(pick("10.0.0.0/8 ::/0 2001:db8::/32 2001:db8::1/65 fe80::1%eth0/64 1.2.3.4 1.2.3.4/ /8 ::ffff:1.2.3.4/100 ffff::/128 1.2.3.4/08"))
	}
	text := strconv.Quote(pick("example.com example.com. a.b.c -a.b a-.b a_b.c é.com xn--80ak6aa92e.com " + strings.Repeat("a", 63) + ".b " + strings.Repeat("a", 64) + ".b " + strings.Repeat("abcdefgh.", 40) + "com localhost . .. a..b EXAMPLE.Com http://a.b/c?d=e#f /a/b a:b://c %zz http://[::1 a%2Fb ://x mailto:a@b 1h30m 5s x a:80 [::1]:80 ::1:80 a: :80 a:b:c [a]:b a%b a&b=c+d é/ü"))
	switch r.IntN(10) {
	case 0, 1:
		return "net." + pick("IP IPv4 IPv6 LoopbackIP MulticastIP InterfaceLocalMulticastIP LinkLocalMulticastIP LinkLocalUnicastIP GlobalUnicastIP UnspecifiedIP IPCIDR ToIP4 ToIP16 IPString") + "(" + address() + ")"
	case 2:
		return "net." + pick("ParseCIDR IPCIDR") + "(" + network() + ")"
	case 3:
		return "net.InCIDR(" + address() + ", " + network() + ")"
	case 4:
		return "net.CompareIP(" + address() + ", " + address() + ")"
	case 5:
		a := address()
		if r.IntN(2) == 0 {
			a = network()
		}
		return "net." + pick("AddIP AddIPCIDR") + "(" + a + ", " + pick("0 1 -1 256 -256 4294967296 9223372036854775807 -9223372036854775807") + ")"
	case 6:
		return "net.JoinHostPort(" + pick(text+" "+strings.ReplaceAll(address(), " ", "")) + ", " + pick(`80 "http" -1 "" 1.5 true null []`) + ")"
	case 7:
		return "net.ParseIP(" + strconv.Quote(strings.Trim(address(), `"`)) + ")"
	}
	return "net." + pick("FQDN URL AbsURL SplitHostPort PathEscape QueryEscape") + "(" + text + ")"
}

func TestPowersAreThoseOfCUE(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var calls []string
	for range 2000 {
		x, n := r.Int64N(2001)-1000, r.IntN(8)
		if r.IntN(2) == 0 {
			x, n = r.Int64N(9)-4, r.IntN(30)
		}
		if x != 0 || n != 0 {
			if p := power(x, int64(n)); p.Type() == types.IntType { // CUE's integers have no limit
				calls = append(calls, fmt.Sprintf("math.Pow(%d, %d)", x, n))
			}
		}
	}
	sameAsCUE(t, `"math"`, calls)
}

func TestParsedFloatsAreThoseOfCUE(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	calls := []string{`strconv.ParseFloat("", 64)`, `strconv.ParseFloat("0x1p-2", 64)`, `strconv.ParseFloat("x", 64)`, `strconv.ParseFloat("-0", 64)`, `strconv.ParseFloat("1e-400", 64)`}
	for range 2000 {
		s := strconv.Itoa(r.IntN(2000)-1000) + []string{"", "0", "000", ".5", ".25e3", "e2", "e-2", ".e1", "e15", "e-9", "00000000000000"}[r.IntN(11)]
		calls = append(calls, fmt.Sprintf("strconv.ParseFloat(%q, %d)", s, []int{64, 32, 0}[r.IntN(3)]))
	}
	sameAsCUE(t, `"strconv"`, calls)
	ctx := cuecontext.New()
	env, err := cel.NewEnv(Functions()...)
	if err != nil {
		t.Fatal(err)
	}
	for _, call := range calls {
		want, wantErr := ctx.CompileString("import \"strconv\"\nx: \"\\(" + call + ")\"").LookupPath(cue.ParsePath("x")).String()
		got, gotErr := evaluate(env, "str("+call+")")
		if (wantErr != nil) != (gotErr != nil) || wantErr == nil && got != want {
			t.Errorf("%s is spelled %v, %v; in CUE %q, %v", call, got, gotErr, want, wantErr)
		}
	}
}

func TestRoundedQuotientsAreThoseOfCUE(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	number := func() int64 { return r.Int64() >> r.IntN(63) * int64(1-2*r.IntN(2)) }
	env, err := cel.NewEnv(Functions()...)
	if err != nil {
		t.Fatal(err)
	}
	ctx := cuecontext.New()
	for range 5000 {
		x, y, name := number(), number(), []string{"Floor", "Ceil", "Trunc", "Round", "RoundToEven"}[r.IntN(5)]
		if r.IntN(3) == 0 { // close to integers and halves
			k := number() >> 40
			x = y/2*k + r.Int64N(3) - 1
		}
		want, wantErr := ctx.CompileString(fmt.Sprintf("import \"math\"\nx: math.%s(%d / %d)", name, x, y)).LookupPath(cue.ParsePath("x")).Int64()
		got, gotErr := evaluate(env, fmt.Sprintf("quotient.%s(%d, %d)", name, x, y))
		if (wantErr != nil) != (gotErr != nil) || wantErr == nil && got != want {
			t.Errorf("math.%s(%d / %d) is %v, %v; in CUE %v, %v", name, x, y, got, gotErr, want, wantErr)
		}
	}
}
