package compile

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/kudoc/kudoc/internal/compile/diag"
)

// TestRandomFrameworksCompileToWhatCUESays writes frameworks at random and compares each with CUE. A framework may be
// refused, but what compiles must be right. KUDOC_PROGRAMS sets how many; KUDOC_SEED where to begin.
func TestRandomFrameworksCompileToWhatCUESays(t *testing.T) {
	setting := func(name string, or int) int {
		if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
			return n
		}
		return or
	}
	n, seed := setting("KUDOC_PROGRAMS", 40), setting("KUDOC_SEED", 1)
	var refused, same, comparisons, both atomic.Int64
	t.Run("all", func(t *testing.T) {
		for i := range n {
			t.Run(strconv.Itoa(seed+i), func(t *testing.T) {
				t.Parallel()
				source := randomFramework(rand.New(rand.NewPCG(uint64(seed+i), 7)))
				dir := t.TempDir()
				write(t, dir, "a.cue", minimal)
				write(t, dir, "f.cue", source)
				c := compile(Options{Dir: dir, KudocVersion: "test", Inputs: 40})
				comparisons.Add(int64(c.validation.Comparisons))
				both.Add(int64(c.validation.Rejected))
				if c.diags.HasErrors() {
					refused.Add(1)
				} else {
					same.Add(1)
				}
				for _, d := range c.diags {
					t.Logf("%s: %s", d.Code, d.Message)
					switch {
					case d.Code == diag.Different, d.Code == diag.BadTemplate, strings.Contains(d.Message, "panic"):
						t.Errorf("%s\n%s", d, source)
					}
				}
			})
		}
	})
	t.Logf("%d frameworks: %d compile, %d are refused; %d comparisons, in %d of them both sides reject", n, same.Load(), refused.Load(), comparisons.Load(), both.Load())
}

func randomFramework(r *rand.Rand) string {
	w := &writer{random: r, ints: []string{"params.n", "params.k"}, strs: []string{"params.s", "instance.name", "params.mode", "params.c"}, bools: []string{"params.t", "params.u"}}
	var b strings.Builder
	if w.experimental = r.IntN(2) == 0; w.experimental {
		b.WriteString("@experiment(try,aliasv2)\n")
	}
	b.WriteString(`package f
import ("strings", "list", "math", "strconv", "encoding/json", "encoding/yaml", "encoding/hex", "encoding/base64", "crypto/sha256", "net")
_use: [strings.MinRunes, list.MinItems(1), math.Floor(1.5), strconv.FormatInt(1, 10), hex.Encode("a"), base64.Encode(null, "a"), len(sha256.Sum256("a")), json.Marshal({}), yaml.Marshal({}), net.IPv4][9]
params: {
	n: int & >=0 & <=5 | *3
	k: int & >=0 & <=4 | *div(n, 2)
	s: string | *"a"
	t: bool | *false
	u: bool | *true
	mode: *"x" | "y" | "z"
	l: [...string]
	m: [string]: string
	ps: [...{name: string, port: int & >=0 & <=9 | *1, on: bool | *true}]
	r: number | *1.5
	c: or(["u", "v"]) | *"u"
	ip: net.IPv4 & string | *"10.0.0.1"
}
`)
	for i := range 2 {
		ints, strs := len(w.ints), len(w.strs)
		w.strs, w.ints = append(w.strs, "#p"), append(w.ints, "#q")
		def := fmt.Sprintf("#D%d", i)
		fmt.Fprintf(&b, "%s: {\n#p: string\n#q: int | *%d\n%s\n}\n", def, r.IntN(4), w.fields(1))
		w.ints, w.strs = w.ints[:ints], w.strs[:strs]
		w.defs = append(w.defs, def)
	}
	h := w.name("_g")
	fmt.Fprintf(&b, "%s: %s\n", h, w.text(2))
	w.strs = append(w.strs, h)
	for i := range 2 {
		fmt.Fprintf(&b, "tasks: t: apply: c: out: m%d: {\n%s\n}\n", i, w.fields(2))
	}
	return b.String()
}

// writer writes CUE at random. It knows the names in scope by type.
type writer struct {
	random *rand.Rand
	ints   []string // int typed references in scope
	strs   []string
	bools  []string
	nf     int

	experimental bool // with what CUE has as experiments
	defs         []string
}

func (w *writer) pick(xs ...string) string { return xs[w.random.IntN(len(xs))] }

func (w *writer) integer(d int) string {
	if d <= 0 || w.random.IntN(3) == 0 {
		if w.random.IntN(3) == 0 {
			return fmt.Sprint(w.random.IntN(7))
		}
		return w.ints[w.random.IntN(len(w.ints))]
	}
	switch w.random.IntN(12) {
	case 10:
		return "math.Pow(" + w.integer(d-1) + ", " + w.pick("params.n", "2") + ")"
	case 7:
		return "strings." + w.pick("Index", "LastIndex", "Count", "Compare", "IndexAny") + "(" + w.text(d-1) + ", " + w.text(0) + ")"
	case 8:
		return "math." + w.pick("Floor", "Ceil", "Round", "Trunc", "RoundToEven") + "(" + w.pick("params.r", w.integer(d-1), w.integer(d-1)+" / "+w.pick("2", "-3", "7", "params.n")) + ")"
	case 9:
		return "math.Abs(" + w.integer(d-1) + ")"
	case 0:
		return "(" + w.integer(d-1) + " + " + w.integer(d-1) + ")"
	case 1:
		return "(" + w.integer(d-1) + " * " + w.integer(d-1) + ")"
	case 2:
		return "div(" + w.integer(d-1) + ", " + w.pick("2", "3", "7", "-2") + ")"
	case 3:
		return "mod(" + w.integer(d-1) + ", " + w.pick("2", "3", "7") + ")"
	case 4:
		return "[if " + w.condition(d-1) + " {" + w.integer(d-1) + "}, " + w.integer(d-1) + "][0]"
	case 5:
		return "len(" + w.text(d-1) + ")"
	case 6:
		return "(" + w.integer(d-1) + " - " + w.integer(d-1) + ")"
	}
	return "list.Max([" + w.integer(d-1) + ", " + w.integer(d-1) + "])"
}

func (w *writer) text(d int) string {
	if d <= 0 || w.random.IntN(3) == 0 {
		if w.random.IntN(3) == 0 {
			return w.pick(`"a"`, `"b-c"`, `""`, `"é\"x\\"`)
		}
		return w.strs[w.random.IntN(len(w.strs))]
	}
	switch w.random.IntN(15) {
	case 13:
		return w.pick("net.JoinHostPort("+w.text(d-1)+", "+w.pick(w.integer(d-1), w.text(0))+")", "net.AddIP(params.ip, "+w.integer(d-1)+")", "net.QueryEscape("+w.text(d-1)+")", "params.ip")
	case 12:
		return "yaml.Marshal(" + w.pick("params.m", w.list(d-1), "{b: "+w.integer(d-1)+", a: "+w.text(d-1)+", if "+w.condition(d-1)+" {c: [params.r, "+w.text(d-1)+"]}}") + ")"
	case 6:
		return "hex.Encode(" + w.pick(w.text(d-1), "sha256.Sum256("+w.text(d-1)+")") + ")"
	case 7:
		return "(" + w.text(d-1) + " * " + w.pick("2", "params.k", "params.n") + ")"
	case 8:
		return "strings." + w.pick("Trim", "TrimLeft", "TrimRight", "TrimPrefix") + "(" + w.text(d-1) + ", " + w.text(0) + ")"
	case 9:
		return "strings." + w.pick("ToTitle", "ToCamel") + "(" + w.text(d-1) + ")"
	case 10:
		return w.pick("strconv.FormatInt("+w.integer(d-1)+", 16)", "strconv.FormatBool("+w.condition(d-1)+")", "strconv.Quote("+w.text(d-1)+")")
	case 11:
		return `"\(base64.Decode(null, base64.Encode(null, ` + w.text(d-1) + `)))"`
	case 0:
		return "(" + w.text(d-1) + " + " + w.text(d-1) + ")"
	case 1:
		return `"p\(` + w.text(d-1) + `)-\(` + w.integer(d-1) + `)"`
	case 2:
		return "strings.ToUpper(" + w.text(d-1) + ")"
	case 3:
		return "strings.Join(" + w.list(d-1) + `, ",")`
	case 4:
		return "[if " + w.condition(d-1) + " {" + w.text(d-1) + "}, " + w.text(d-1) + "][0]"
	case 5:
		return `"\(` + w.condition(d-1) + `)"`
	}
	return "json.Marshal({a: " + w.integer(d-1) + ", b: " + w.text(d-1) + "})"
}

func (w *writer) condition(d int) string {
	if d <= 0 || w.random.IntN(3) == 0 {
		return w.bools[w.random.IntN(len(w.bools))]
	}
	switch w.random.IntN(8) {
	case 6:
		return `(strconv.ParseFloat("\(` + w.integer(d-1) + `)` + w.pick("", ".5", "e1", "0") + `", 64) ` + w.pick("<", ">=", "==") + " " + w.integer(d-1) + ")"
	case 0:
		return "(" + w.integer(d-1) + " " + w.pick("<", "<=", ">", ">=", "==", "!=") + " " + w.integer(d-1) + ")"
	case 1:
		return "(" + w.text(d-1) + " " + w.pick("==", "!=") + " " + w.text(d-1) + ")"
	case 2:
		return "!" + w.bools[w.random.IntN(len(w.bools))]
	case 3:
		return "(" + w.condition(d-1) + " && " + w.condition(d-1) + ")"
	case 4:
		return "(" + w.condition(d-1) + " || " + w.condition(d-1) + ")"
	case 5:
		return "(params.mode == " + w.pick(`"x"`, `"y"`, `"z"`) + ")"
	}
	return w.pick("strings.HasPrefix("+w.text(d-1)+`, "a")`, "net.FQDN("+w.text(d-1)+")", `net.InCIDR(params.ip, "10.0.0.0/30")`)
}

// list of strings
func (w *writer) list(d int) string {
	if d <= 0 {
		return w.pick("params.l", `["k"]`, `[]`)
	}
	switch w.random.IntN(10) {
	case 0:
		return "list." + w.pick("Reverse(", "SortStrings(") + w.list(d-1) + ")"
	case 1:
		return "list.Sort(" + w.list(d-1) + ", list." + w.pick("Ascending", "Descending") + ")"
	case 2:
		return "list." + w.pick("Take", "Drop", "Repeat") + "(" + w.list(d-1) + ", " + w.pick("1", "params.k") + ")"
	case 3:
		return "strings." + w.pick("Fields("+w.text(d-1), "SplitN("+w.text(d-1)+`, "-", `+w.pick("2", "-1", "params.k"), "SplitAfter("+w.text(d-1)+`, "-"`) + ")"
	case 5:
		key := w.pick("strings.ToLower", "strings.ToUpper", "len")
		return "list.Sort(" + w.list(d-1) + ", {x: _, y: _, less: " + key + "(x) " + w.pick("<", ">") + " " + key + "(y)})"
	case 4:
		return "[for p in list.Sort(params.ps, {x: _, y: _, less: x." + w.pick("name < y.name", "port < y.port", "port > y.port") + "}) {p.name}]"
	}
	var el []string
	for i := 0; i < 1+w.random.IntN(3); i++ {
		switch w.random.IntN(6) {
		case 0, 1:
			el = append(el, w.text(d-1))
		case 2:
			otherwise := ""
			if w.experimental {
				otherwise = w.pick("", " else {"+w.text(d-1)+"}")
			}
			el = append(el, "if "+w.condition(d-1)+" {"+w.text(d-1)+"}"+otherwise)
		case 3:
			v := w.name("e")
			w.strs = append(w.strs, v)
			el = append(el, "for "+v+" in "+w.list(d-1)+" {"+w.text(d-1)+"}")
			w.strs = w.strs[:len(w.strs)-1]
		case 4:
			v := w.name("i")
			w.ints = append(w.ints, v)
			el = append(el, "for "+v+" in list.Range(0, "+w.pick("params.n", "2", "params.k")+", 1) if "+w.condition(1)+" {"+w.text(d-1)+"}")
			w.ints = w.ints[:len(w.ints)-1]
		case 5:
			k, v := w.name("k"), w.name("v")
			w.strs = append(w.strs, k, v)
			el = append(el, "for "+k+", "+v+" in params.m {"+w.text(d-1)+"}")
			w.strs = w.strs[:len(w.strs)-2]
		}
	}
	return "[" + strings.Join(el, ", ") + "]"
}

func (w *writer) name(p string) string { w.nf++; return fmt.Sprintf("%s%d", p, w.nf) }

// fields writes the members of a struct. Later members may refer to earlier ones.
func (w *writer) fields(d int) string {
	ints, strs := len(w.ints), len(w.strs)
	var out []string
	for range 1 + w.random.IntN(4) {
		f := w.name("f")
		if kind := w.random.IntN(18); kind < 8 {
			out = append(out, w.scalar(f, kind)...)
		} else {
			out = append(out, w.structure(f, kind, d)...)
		}
	}
	w.ints, w.strs = w.ints[:ints], w.strs[:strs]
	w.random.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return strings.Join(out, "\n")
}

func (w *writer) scalar(f string, kind int) []string {
	switch kind {
	case 0, 1:
		x := w.integer(2)
		w.ints = append(w.ints, f)
		return []string{f + ": " + x}
	case 2, 3:
		x := w.text(2)
		w.strs = append(w.strs, f)
		return []string{f + ": " + x}
	case 4:
		return []string{f + ": " + w.list(2)}
	case 5:
		c := w.condition(1)
		if w.experimental {
			return []string{"if " + c + " {" + f + ": " + w.integer(1) + "} else {" + f + ": " + w.integer(1) + "}"}
		}
		return []string{"if " + c + " {" + f + ": " + w.integer(1) + "}", "if !(" + c + ") {" + f + ": " + w.integer(1) + "}"}
	case 6:
		out := []string{f + ": *" + fmt.Sprint(w.random.IntN(5)) + " | int", "if " + w.condition(1) + " {" + f + ": " + w.integer(1) + "}"}
		w.ints = append(w.ints, f)
		return out
	}
	h, x := w.name("_h"), w.integer(2)
	w.ints = append(w.ints, h)
	return []string{h + ": " + x}
}

func (w *writer) structure(f string, kind, d int) []string {
	switch {
	case kind == 8:
		return []string{f + ": {" + w.pick("app: \"q\", ", "") + w.pick("params.m", `for k, v in params.m {"\(k)": v}`, `for k, v in params.m if k != "a" {"x-\(k)": v + "y"}`) + "}"}
	case kind == 9 && len(w.defs) > 0:
		return []string{f + ": " + w.pick(w.defs...) + " & {#p: " + w.text(1) + w.pick("", ", #q: "+w.integer(1)) + "}"}
	case kind == 10:
		h, x := w.name("L"), w.text(2)
		w.strs = append(w.strs, h)
		return []string{"let " + h + " = " + x, f + ": " + h}
	case d == 0:
		return nil
	case kind == 11:
		return []string{f + ": {" + w.fields(d-1) + "}"}
	case kind == 14:
		pattern := "[K=string]"
		if w.experimental {
			pattern = "[string]~(K, _)"
		}
		return []string{f + ": {" + pattern + ": {id: K + " + w.text(1) + ", n: *" + fmt.Sprint(w.random.IntN(3)) + " | int}, a: {}, b: n: " + w.integer(1) + `, for k, v in params.m {"\(k)": v: v}}`}
	case kind == 15:
		return []string{f + ": {for p in params.ps if " + w.pick("p.on", "p.port > 2", "true") + " {" + w.pick("any: true", "last: p.name", `sub: {"\(p.name)": p.port}`) + `, "x-\(p.name)": p.port}}`}
	case kind == 16:
		x := w.text(1)
		return []string{f + ": " + x, f + ": or([" + w.text(1) + ", " + w.pick(x, w.text(0)) + "])"}
	case kind == 17:
		own := w.pick(`kind: params.mode`, `kind: "x"`, `kind: "y", a: `+w.integer(1), `kind: params.mode, s: `+w.text(1))
		return []string{f + `: {kind: "x", a: *1 | int, b: a + ` + w.integer(0) + `} | {kind: "y", s?: string, a: ` + w.integer(1) + `} | *{kind: "z", s: *"d" | string}`, f + ": {" + own + "}"}
	case kind == 12:
		otherwise := ""
		if w.experimental {
			otherwise = " else {" + w.fields(d-1) + "}"
		}
		return []string{"if " + w.condition(2) + " {" + w.fields(d-1) + "}" + otherwise}
	}
	return []string{f + ": {" + w.fields(d-1) + "}", f + ": {" + w.fields(d-1) + "}"}
}
