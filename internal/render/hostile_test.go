package render

import (
	"fmt"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

const (
	// mostTime and mostMemory bound what one rendering costs, whatever a FrameworkVersion says: generously, as other tests
	// run at the same time. A FrameworkVersion has at most a megabyte and a half, because etcd takes no more.
	mostTime   = 15 * time.Second
	mostMemory = 160 << 20
)

// cost runs f and returns how long it took and how much memory the process used more than before, at most.
func cost(f func()) (time.Duration, int64) {
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	stop, peak := make(chan struct{}), make(chan int64)
	go func() {
		most := int64(0)
		for {
			select {
			case <-stop:
				peak <- most
				return
			case <-time.After(5 * time.Millisecond):
				var now runtime.MemStats
				runtime.ReadMemStats(&now)
				most = max(most, int64(now.HeapAlloc)-int64(before.HeapAlloc))
			}
		}
	}()
	begin := time.Now()
	f()
	took := time.Since(begin)
	close(stop)
	return took, <-peak
}

// hostile is a framework with some locals and the expression that its one object holds.
func hostile(expression string, locals map[string]string) *v1alpha1.FrameworkVersionSpec {
	spec := specOf("o", fmt.Sprintf(`{"a": {"$cel": %q}}`, expression))
	spec.Locals = locals
	return spec
}

// chain are locals l0 to ln, each made of the one before, which is written as X.
func chain(n int, first, next string) map[string]string {
	out := map[string]string{"l0": first}
	for i := 1; i <= n; i++ {
		out[fmt.Sprintf("l%d", i)] = strings.ReplaceAll(next, "X", fmt.Sprintf("local.l%d", i-1))
	}
	return out
}

// inOrder is an expression that reads all of a chain, the first one first, so that none has to wait for another.
func inOrder(n int, last string) string {
	var b strings.Builder
	for i := range n + 1 {
		fmt.Fprintf(&b, `len(local.l%d) < 0 || `, i)
	}
	return b.String() + last
}

// nest puts an expression into loops, each over the list of a pair of the variable outside.
func nest(depth int, inner string) string {
	s := strings.ReplaceAll(inner, "X", fmt.Sprintf("x%d", depth))
	for i := depth; i > 0; i-- {
		s = fmt.Sprintf(`[[x%d, x%d]].exists(x%d, %s)`, i-1, i-1, i, s)
	}
	return "[0].exists(x0, " + s + ")"
}

// loops nests n loops over a list around a body.
func loops(n int, list, body string) string {
	for i := range n {
		body = fmt.Sprintf(`{"$for": "x%d", "$in": %q, "$do": %s}`, i, list, body)
	}
	return `{"a": [` + body + `]}`
}

func many1(n int, f func(i int) string) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = f(i)
	}
	return strings.Join(parts, ", ")
}

// hostiles ask for more than there is. Each says so in its error.
var hostiles = map[string]struct {
	spec   func() *v1alpha1.FrameworkVersionSpec
	params map[string]any
	want   string
}{
	"an endless range": {spec: func() *v1alpha1.FrameworkVersionSpec {
		return hostile(`list.Range(0, 9223372036854775807, 1)`, nil)
	}, want: "more than 100000 elements"},
	"ranges in ranges": {spec: func() *v1alpha1.FrameworkVersionSpec {
		return hostile(`list.Range(0, 100000, 1).map(x, list.Range(0, 100000, 1)).size()`, nil)
	}, want: "limit"},
	"a string that doubles": {spec: func() *v1alpha1.FrameworkVersionSpec {
		return hostile("local.l60", chain(60, `"0123456789"`, `X + X`))
	}, want: "limit"},
	"a string that is repeated": {spec: func() *v1alpha1.FrameworkVersionSpec {
		return hostile("local.l150", chain(150, `[strings.Repeat("x", 1000000)]`, `X + [strings.Repeat("x", 1000000)]`))
	}, want: "limit"},
	"a list of big strings": {spec: func() *v1alpha1.FrameworkVersionSpec {
		return hostile(`list.Range(0, 100000, 1).map(x, strings.Repeat("x", 1000000))`, nil)
	}, want: "limit"},
	"many locals": {spec: func() *v1alpha1.FrameworkVersionSpec {
		return hostile("local.l60000", chain(60000, `1`, `X+1`))
	}, want: "6000. expressions"},
	"a list that doubles": {spec: func() *v1alpha1.FrameworkVersionSpec {
		return hostile("list.Sum(local.l60)", chain(60, `[1]`, `X + X`))
	}, want: "limit"},
	"a list of lists that doubles": {spec: func() *v1alpha1.FrameworkVersionSpec {
		return hostile("local.l60 == local.l60", chain(60, `[1]`, `[X, X]`))
	}, want: "limit|too big"},
	"the same, marshalled": {spec: func() *v1alpha1.FrameworkVersionSpec {
		return hostile("json.Marshal(local.l60)", chain(60, `[1]`, `[X, X]`))
	}, want: "limit|too big"},
	"the same, as YAML": {spec: func() *v1alpha1.FrameworkVersionSpec {
		return hostile("yaml.Marshal(local.l60)", chain(60, `[1]`, `[X, X]`))
	}, want: "limit|too big"},
	"the same, in a list": {spec: func() *v1alpha1.FrameworkVersionSpec {
		return hostile("local.l60 in [local.l60]", chain(60, `[1]`, `[X, X]`))
	}, want: "limit|too big"},
	"the same, different": {spec: func() *v1alpha1.FrameworkVersionSpec {
		return hostile("local.l60 != local.l60", chain(60, `[1]`, `[X, X]`))
	}, want: "limit|too big"},
	"the same, as the result": {spec: func() *v1alpha1.FrameworkVersionSpec { return hostile("local.l60", chain(60, `[1]`, `[X, X]`)) }, want: "more than"},
	"a struct that doubles": {spec: func() *v1alpha1.FrameworkVersionSpec {
		return hostile("eq(local.l60, local.l60)", chain(60, `{"a": 1}`, `{"a": X, "b": X}`))
	}, want: "limit|too big"},
	"pairs of pairs in one expression": {spec: func() *v1alpha1.FrameworkVersionSpec {
		return hostile(nest(20, "X == X"), nil)
	}, want: "limit|too big"},
	"locals that read each other without end": {spec: func() *v1alpha1.FrameworkVersionSpec {
		return hostile("local.l2900", chain(2900, `1`, `X+1`))
	}, want: "deep"},
	"a value that is nested without end": {spec: func() *v1alpha1.FrameworkVersionSpec {
		return hostile(inOrder(500, "local.l500 == local.l500"), chain(500, `[1]`, `[X]`))
	}, want: "limit|too big"},
	"an expression that is nested without end": {spec: func() *v1alpha1.FrameworkVersionSpec {
		return hostile(strings.Repeat("(", 20000)+"1"+strings.Repeat(")", 20000), nil)
	}, want: "recursion"},
	"a template that is nested without end": {spec: func() *v1alpha1.FrameworkVersionSpec {
		return specOf("o", strings.Repeat(`{"a":`, 5000)+"1"+strings.Repeat("}", 5000))
	}, want: "deeper than 200 levels"},
	"loops of loops that make nothing": {spec: func() *v1alpha1.FrameworkVersionSpec {
		return specOf("o", loops(5, "list.Range(0, 1000, 1)", `{"$if": "false", "$then": 1}`))
	}, want: "limit"},
	"loops of loops that make structs": {spec: func() *v1alpha1.FrameworkVersionSpec {
		return specOf("o", loops(5, "list.Range(0, 1000, 1)", `{"$merge": []}`))
	}, want: "more than"},
	"a struct with many fields": {spec: func() *v1alpha1.FrameworkVersionSpec {
		return hostile(`unify(obj(flatten(list.Range(0, 50000, 1).map(x, [str(x), 1]))), obj(flatten(list.Range(0, 50000, 1).map(x, [str(50000-x), 1]))))`, nil)
	}, want: "limit"},
	"many structs in one": {spec: func() *v1alpha1.FrameworkVersionSpec {
		return hostile(`unifyAll(list.Range(0, 50000, 1).map(x, {str(x): 1}))`, nil)
	}, want: "limit"},
	"a regular expression that repeats": {spec: func() *v1alpha1.FrameworkVersionSpec {
		return hostile(fmt.Sprintf(`"x".matches("%s")`, strings.Repeat("a{1000}", 10000)), nil)
	}, want: "limit|regular expression"},
	"many regular expressions": {spec: func() *v1alpha1.FrameworkVersionSpec {
		return hostile(`list.Range(0, 50000, 1).exists(x, "".matches("(a{30}){30}" + string(x)))`, nil)
	}, want: "limit"},
	"a regular expression on a long text": {spec: func() *v1alpha1.FrameworkVersionSpec {
		return hostile(`strings.Repeat("a", 1000000).matches("(a?){1000}b")`, nil)
	}, want: "limit|regular expression"},
	"thousands of objects": {spec: func() *v1alpha1.FrameworkVersionSpec {
		return specOf("", `{"$merge": [{"$for": "x", "$in": "list.Range(0, 5000, 1)", "$do": {"$key": {"$text": "o\\(x)"}, "$value": {"kind": "ConfigMap"}}}]}`)
	}, want: "objects"},
	"a huge object": {spec: func() *v1alpha1.FrameworkVersionSpec {
		return specOf("o", `{"a": [{"$for": "x", "$in": "list.Range(0, 100000, 1)", "$do": {"a": {"b": {"c": {"$cel": "x"}}}}}]}`)
	}, want: "more than"},
	"many expressions": {spec: func() *v1alpha1.FrameworkVersionSpec {
		return specOf("o", `{"a": [`+many1(40000, func(i int) string { return fmt.Sprintf(`{"$cel": "params.s+\"%d\""}`, i) })+`]}`)
	}, want: "expressions"},
	"a long expression": {spec: func() *v1alpha1.FrameworkVersionSpec {
		return hostile("["+strings.Repeat("1+1,", 300000)+"1]", nil)
	}, want: "exceeds limit"},
	"an enormous parameter": {spec: func() *v1alpha1.FrameworkVersionSpec {
		return specOf("o", `{"a": {"$cel": "params.s"}}`, declared("s", `{"type": "string"}`))
	}, params: map[string]any{"s": strings.Repeat("x", 1<<20)}, want: "bytes"},
	"a default that is enormous": {spec: func() *v1alpha1.FrameworkVersionSpec {
		return specOf("o", `{}`, declared("s", `{"type": "string", "default": "`+strings.Repeat("x", 1<<20)+`"}`))
	}, params: map[string]any{}, want: "bytes"},
	"a check that computes for ever": {spec: func() *v1alpha1.FrameworkVersionSpec {
		return specOf("o", `{}`, declared("s", `{"type": "int", "check": "list.Range(0, 100000, 1).exists(x, list.Range(0, 100000, 1).exists(y, x+y < 0))", "want": "x"}`))
	}, params: map[string]any{"s": int64(1)}, want: "limit"},
}

// A framework comes from someone else than those who run the controller: whatever it asks for ends soon, with an error that says
// what was too much, and takes little memory.
func TestWhateverAFrameworkAsksForIsBounded(t *testing.T) {
	var most struct {
		time   time.Duration
		memory int64
	}
	for name, h := range hostiles {
		t.Run(name, func(t *testing.T) {
			var err error
			took, memory := cost(func() { err = run(h.spec(), h.params) })
			t.Logf("%.2f s, %d MB: %.150v", took.Seconds(), memory>>20, err)
			if h.want != "" && (err == nil || !regexp.MustCompile(h.want).MatchString(err.Error())) {
				t.Errorf("got %.300v, want an error that says %q", err, h.want)
			}
			if err != nil && len(err.Error()) > 64<<10 {
				t.Errorf("the error has %d bytes", len(err.Error()))
			}
			if took > mostTime || memory > mostMemory {
				t.Errorf("it took %s and %d MB", took, memory>>20)
			}
			most.time, most.memory = max(most.time, took), max(most.memory, memory)
		})
	}
	t.Logf("%d hostile frameworks: at most %.1f s and %d MB", len(hostiles), most.time.Seconds(), most.memory>>20)
}

// run loads a framework and renders its object, with parameters if there are any.
func run(spec *v1alpha1.FrameworkVersionSpec, params map[string]any) error {
	p, err := Load(spec)
	if err != nil {
		return err
	}
	given := map[string]any{"s": "x"}
	if params != nil {
		if given, err = p.Params(params); err != nil {
			return err
		}
	}
	_, err = p.Objects("t", Inputs{Params: given})
	return err
}
