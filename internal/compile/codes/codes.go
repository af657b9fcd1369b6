// Package codes is the table of everything that kudoc may find wrong with a framework. Rooms that have rules of their own
// export a table; it is joined to the others here, and nowhere else.
package codes

import (
	"slices"

	"github.com/kudoc/kudoc/internal/compile/diag"
)

// Table is all codes, in order.
var Table = slices.Concat(
	diag.Codes,
)

// Find returns the entry for a code.
func Find(code string) (diag.Code, bool) { return diag.Find(Table, code) }
