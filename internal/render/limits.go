package render

import "fmt"

// The budget of one rendering. A framework comes from someone else than the people who run the controller, so that
// whatever it asks for ends in an error, never in a controller that is out of memory or busy for minutes.
const (
	// maxExprCost bounds one expression, in CEL's units: about one per operation or ten bytes of string.
	maxExprCost = 1_000_000
	// maxTotalCost bounds all expressions of one call of Params, Objects or Outputs.
	maxTotalCost = 10_000_000
	// maxNodes and maxBytes bound the values that one call makes.
	maxNodes = 1_000_000
	maxBytes = 16 << 20
)

// budget is what is left of the limits in one call.
type budget struct {
	cost  uint64
	nodes int
	bytes int
}

func newBudget() *budget { return &budget{cost: maxTotalCost, nodes: maxNodes, bytes: maxBytes} }

func (b *budget) spend(cost uint64) error {
	if cost > b.cost {
		return fmt.Errorf("the expressions cost more than the limit of %d", uint64(maxTotalCost))
	}
	b.cost -= cost
	return nil
}

func (b *budget) value(bytes int) error {
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
