// Package codes is the table of everything that kudoc may find wrong with a framework. Rooms that have rules of their own
// export a table; it is joined to the others here, and nowhere else.
package codes

import (
	"slices"
	"strings"

	"github.com/kudoc/kudoc/internal/compile/diag"
	"github.com/kudoc/kudoc/internal/compile/lint"
)

// Table is all codes, in order.
var Table = inOrder(
	diag.Codes,
	lint.Codes(),
)

func inOrder(tables ...[]diag.Code) []diag.Code {
	return slices.SortedFunc(slices.Values(slices.Concat(tables...)), func(a, b diag.Code) int { return strings.Compare(a.Code, b.Code) })
}

// Find returns the entry for a code.
func Find(code string) (diag.Code, bool) { return diag.Find(Table, code) }
