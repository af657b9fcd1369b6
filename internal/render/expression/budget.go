package expression

import (
	"fmt"
	"time"
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

// Budget is what is left of the limits in one call.
type Budget struct {
	cost  uint64
	nodes int
	bytes int
	until time.Time
}

// NewBudget is the whole budget, which ends after a while, too.
func NewBudget() *Budget {
	return &Budget{cost: maxTotalCost, nodes: maxNodes, bytes: maxBytes, until: time.Now().Add(maxTime)}
}

// SizeBudget is for values that are made already, and must not take more than some bytes.
func SizeBudget(bytes int) *Budget { return &Budget{nodes: maxNodes, bytes: bytes} }

// Spend takes the cost of an expression.
func (b *Budget) Spend(cost uint64) error {
	if cost > b.cost {
		return fmt.Errorf("the expressions cost more than the limit of %d", uint64(maxTotalCost))
	}
	b.cost -= cost
	return nil
}

// Value takes a value of a result, and the bytes that it needs beside those of the values in it.
func (b *Budget) Value(bytes int) error {
	b.nodes--
	b.bytes -= bytes
	if b.nodes < 0 {
		return fmt.Errorf("the result has more than %d values", maxNodes)
	}
	if b.bytes < 0 {
		return fmt.Errorf("the result has more than %d bytes", maxBytes)
	}
	return nil
}
