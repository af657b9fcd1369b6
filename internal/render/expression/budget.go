package expression

import (
	"fmt"
	"time"

	"github.com/google/cel-go/cel"
)

// The budget of one rendering. A framework comes from someone else than the people who run the controller, so that
// whatever it asks for ends in an error, never in a controller that is out of memory or busy for minutes.
const (
	// maxExprCost bounds one expression, in CEL's units: about one per operation or ten bytes of string.
	maxExprCost = 1_000_000
	// maxTotalCost bounds all expressions of one rendering.
	maxTotalCost = 10_000_000
	// maxTime is a last resort: CEL needs a time for the iterations of a loop that grows with their square, and its cost does
	// not show that. An expression within the other limits takes some milliseconds.
	maxTime = 5 * time.Second
	// maxNodes and maxBytes bound the values that one rendering makes.
	maxNodes = 200_000
	maxBytes = 16 << 20
)

// What stays within these needs a megabyte or two, so that there may be any number of such renderings at once.
const (
	smallCost  = 200_000
	smallNodes = 10_000
	smallBytes = 1 << 20
)

// Budget is what is left of the limits in one call.
type Budget struct {
	cost  uint64
	nodes int
	bytes int
	until time.Time
	// small says that no expression may cost more than smallCost; exceeded, that one of the limits was too little.
	small, exceeded bool
	// costly are the programs of the expressions that cost more than that, as they are needed in this call only.
	costly map[*Compiled]cel.Program
}

// NewBudget is the whole budget, which ends after a while, too.
func NewBudget() *Budget {
	return &Budget{cost: maxTotalCost, nodes: maxNodes, bytes: maxBytes, until: time.Now().Add(maxTime)}
}

// SmallBudget is a small part of it.
func SmallBudget() *Budget {
	return &Budget{cost: smallCost, nodes: smallNodes, bytes: smallBytes, until: time.Now().Add(maxTime), small: true}
}

// Exceeded says whether more would have been needed.
func (b *Budget) Exceeded() bool { return b.exceeded }

// SizeBudget is for values that are made already, and must not take more than some bytes.
func SizeBudget(bytes int) *Budget { return &Budget{nodes: maxNodes, bytes: bytes} }

// Spend takes the cost of an expression.
func (b *Budget) Spend(cost uint64) error {
	if cost > b.cost {
		b.exceeded = true
		return fmt.Errorf("the expressions cost more than the limit of %d", uint64(maxTotalCost))
	}
	b.cost -= cost
	return nil
}

// Value takes a value of a result, and the bytes that it needs beside those of the values in it.
func (b *Budget) Value(bytes int) error {
	b.nodes--
	b.bytes -= bytes
	b.exceeded = b.exceeded || b.nodes < 0 || b.bytes < 0
	if b.nodes < 0 {
		return fmt.Errorf("the result has more than %d values", maxNodes)
	}
	if b.bytes < 0 {
		return fmt.Errorf("the result has more than %d bytes", maxBytes)
	}
	return nil
}
