package expr

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func ranged(name string, lo, hi int64) *X {
	return Var(name, &Type{Kind: Int, Lo: &lo, Hi: &hi})
}

func TestComparisonsAreDecidedByRanges(t *testing.T) {
	n, m := ranged("n", 1, 9), ranged("m", 10, 20)
	for name, tc := range map[string]struct {
		x    *X
		want string
	}{
		"always":                         {Compare("<", n, m), "true"},
		"never":                          {Compare(">", n, m), "false"},
		"at the boundary":                {Compare("<=", n, LitInt(9)), "true"},
		"beyond the boundary":            {Compare("<", n, LitInt(9)), "n < 9"},
		"a sum":                          {Compare("<=", Arithmetic("+", n, m), LitInt(29)), "true"},
		"a product with a negative":      {Compare(">=", Arithmetic("*", n, LitInt(-2)), LitInt(-18)), "true"},
		"a division":                     {Compare("<=", Division("div", n, LitInt(2)), LitInt(4)), "true"},
		"a remainder":                    {Compare("<", Division("mod", Var("x", TInt), LitInt(3)), LitInt(3)), "true"},
		"a choice has the range of both": {Compare("<=", If(Var("c", TBool), n, m), LitInt(9)), "(c ? n : m) <= 9"},
		"an unknown value":               {Compare("<", Var("x", TInt), LitInt(3)), "x < 3"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := tc.x.CEL(); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

func TestPrintingKeepsTheMeaning(t *testing.T) {
	a, b, c := Var("a", TBool), Var("b", TBool), Var("c", TBool)
	n, s, l := Var("n", TInt), Var("s", TString), Var("l", ListOf(TString))
	loop := Var("x@1", TString)
	for name, tc := range map[string]struct {
		x    *X
		want string
	}{
		"or within and":                            {And(Or(a, b), c), "(a || b) && c"},
		"a negated conjunction":                    {Not(And(a, b)), "!(a && b)"},
		"a difference on the right":                {Arithmetic("-", n, Arithmetic("-", n, LitInt(1))), "n - (n - 1)"},
		"a choice in a sum":                        {Arithmetic("+", If(a, n, LitInt(1)), n), "(a ? n : 1) + n"},
		"a comparison of comparisons":              {Compare("==", Compare("<", n, LitInt(1)), a), "(n < 1) == a"},
		"a name that is no selector":               {Sel(Var("params", TAny), "a-b", TAny), `params["a-b"]`},
		"a reserved word after a dot":              {Sel(Var("params", TAny), "namespace", TAny), "params.namespace"},
		"has of a name with a dash":                {Has(Var("params", TAny), "a-b"), `"a-b" in params`},
		"constants are joined":                     {Concat(Lit("a"), Lit("b"), s, Lit(""), Lit("c")), `"ab" + s + "c"`},
		"quotes and unicode":                       {Concat(s, Lit("\"\\\n\u2028é")), `s + "\"\\\n\u2028é"`},
		"arms of different types":                  {If(a, LitInt(1), Lit("x")), `a ? dyn(1) : dyn("x")`},
		"arms of one type":                         {If(a, LitInt(1), n), "a ? 1 : n"},
		"a list of different types":                {&X{Op: OpList, Type: ListOf(TAny), Parts: []Part{{Val: LitInt(1)}, {Clauses: []Clause{{Cond: a}}, Val: Lit("x")}}}, `[dyn(1)] + (a ? [dyn("x")] : [])`},
		"a loop with a filter":                     {&X{Op: OpList, Type: ListOf(TString), Parts: []Part{{Clauses: []Clause{{Var: "x@1", Src: l}, {Cond: Equal(loop, s)}}, Val: loop}}}, "l.map(x, x == s, x)"},
		"a loop variable that would hide an input": {&X{Op: OpList, Type: ListOf(TString), Parts: []Part{{Clauses: []Clause{{Var: "params@1", Src: l}}, Val: Var("params@1", TString)}}}, "l.map(e, e)"},
		"an ordered object":                        {&X{Op: OpObj, Type: MapOf(TAny), Parts: []Part{{Key: Lit("b"), Val: n}, {Val: Var("m", MapOf(TAny))}}}, `unifyAll([obj(["b", n]), m])`},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, tc.x.CEL()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestInlineKeepsWhatIsUsedTwice(t *testing.T) {
	n := Var("n", TInt)
	locals := map[string]*X{
		"once":   Arithmetic("+", n, LitInt(1)),
		"twice":  Arithmetic("*", n, Local("once", TInt)),
		"unused": Local("twice", TInt),
	}
	roots := []*X{Local("twice", TInt), Arithmetic("-", Local("twice", TInt), LitInt(1))}
	kept := Inline(roots, locals)
	if len(kept) != 1 || kept["twice"].CEL() != "n * (n + 1)" {
		t.Errorf("got %v", kept)
	}
	if got := roots[1].CEL(); got != "local.twice - 1" {
		t.Error(got)
	}
	if got := Expand(roots[1], kept).CEL(); got != "n * (n + 1) - 1" {
		t.Error(got)
	}
}
