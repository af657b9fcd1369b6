package value

import (
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// MaxWeight bounds the values that a call works on. Values share their parts, so that a few dozen expressions can make one of
// more elements than there are atoms; whoever walks through it never comes to an end.
const MaxWeight = 500_000

// Bytes of a string that count as much as an element: of a value that is read, and of one that is made, which takes memory.
const (
	ReadBytes = 16
	MadeBytes = 4
)

// Weigh is how many elements a value has at any depth, strings included by their length. It stops counting beyond MaxWeight,
// and with what is nested too deep.
func Weigh(v ref.Val, bytes int) int { return MaxWeight + 1 - scale{bytes}.left(v, MaxWeight+1, 0) }

type scale struct{ bytes int }

// left is what remains of a weight.
func (s scale) left(v ref.Val, weight, depth int) int {
	if depth > MaxDepth {
		return 0
	}
	weight--
	switch x := v.(type) {
	case types.String:
		weight -= len(x) / s.bytes
	case types.Bytes:
		weight -= len(x) / s.bytes
	case traits.Mapper:
		for it := x.Iterator(); weight > 0 && it.HasNext() == types.True; {
			k := it.Next()
			if e, ok := x.Find(k); ok {
				weight = s.left(e, weight, depth+1)
			}
			if t, ok := k.(types.String); ok {
				weight -= len(t) / s.bytes
			}
		}
	case traits.Lister:
		n := size(x)
		for i := 0; i < n && weight > 0; i++ {
			weight = s.left(x.Get(types.Int(i)), weight, depth+1)
		}
	}
	return max(weight, 0)
}
