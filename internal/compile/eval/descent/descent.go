package descent

import (
	"cuelang.org/go/cue/token"

	"github.com/kudoc/kudoc/internal/compile/eval/guard"
	"github.com/kudoc/kudoc/internal/compile/eval/syntax"
)

// Descent is where an evaluation is.
type Descent struct{ state }

// state is what an error that ends the way down must restore.
type state struct {
	// Where is the author's position of the innermost field.
	Where token.Pos
	// Known is the path condition: what is known to hold here.
	Known guard.Guard

	depth int
}

// Positioned is what an error can point at.
type Positioned interface{ Pos() token.Pos }

// At is a position as something to point at.
type At token.Pos

// Pos is the position itself.
func (p At) Pos() token.Pos { return token.Pos(p) }

// New is the start of an evaluation. Errors that have no better position are at where.
func New(where token.Pos) *Descent { return &Descent{state{Where: where}} }

// Under runs f where more is known to hold.
func (d *Descent) Under(g guard.Guard, f func()) {
	old := d.Known
	d.Known = old.And(g...)
	defer func() { d.Known = old }()
	f()
}

// Unconditionally runs f where nothing is known: for results that readers under different path conditions share.
func (d *Descent) Unconditionally(f func()) {
	old := d.Known
	d.Known = nil
	defer func() { d.Known = old }()
	f()
}

// Locate runs f with errors that have no position of the author's own pointing at p.
func (d *Descent) Locate(p Positioned, f func()) {
	old := d.Where
	if q := p.Pos(); syntax.IsAuthors(q) {
		d.Where = q
	}
	defer func() { d.Where = old }()
	f()
}

// maxNesting bounds the depth, which a structural cycle would make endless.
const maxNesting = 400

// Deeper runs f one level deeper, in the value at a path.
func (d *Descent) Deeper(path func() string, f func()) {
	if d.depth++; d.depth > maxNesting {
		d.Fail(nil, "structural cycle at %s, or too deep nesting", path())
	}
	defer func() { d.depth-- }()
	f()
}

// position is the author's position that comes closest to a node.
func (d *Descent) position(node Positioned) token.Pos {
	if node != nil {
		if p := node.Pos(); syntax.IsAuthors(p) {
			return p
		}
	}
	return d.Where
}
