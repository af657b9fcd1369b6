package constant

import (
	"encoding/json"
	"fmt"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/errors"

	"github.com/kudoc/kudoc/internal/compile/eval/descent"
	"github.com/kudoc/kudoc/internal/compile/expr"
)

// Folder folds constants for one evaluation.
type Folder struct {
	d      *descent.Descent
	ctx    *cue.Context
	folded map[string]result
}

// result is a remembered result of Fold.
type result struct {
	val any
	ok  bool
}

// NewFolder makes a Folder whose errors are those of an evaluation.
func NewFolder(d *descent.Descent) *Folder {
	return &Folder{d: d, ctx: cuecontext.New(), folded: map[string]result{}}
}

// Fold is the value of closed source. ok is false if it is not concrete; a conflict is an error at node.
func (f *Folder) Fold(src string, node descent.Positioned) (val any, ok bool) {
	if r, ok := f.folded[src]; ok {
		return r.val, r.ok
	}
	v := f.ctx.CompileString(src, cue.InferBuiltins(true))
	if err := v.Err(); err != nil {
		if v.IncompleteKind() == cue.BottomKind && v.Validate(cue.Concrete(false)) != nil {
			f.d.Conflict(node, "%s", firstError(err))
		}
		return nil, false
	}
	if d, has := v.Default(); has {
		v = d
	}
	if v.Validate(cue.Concrete(true)) == nil {
		val, ok = f.fromCUE(v, node), true
	}
	f.folded[src] = result{val, ok}
	return val, ok
}

// Accepts says whether CUE finds no error in closed source, which need not be concrete.
func (f *Folder) Accepts(src string) bool {
	return f.ctx.CompileString(src, cue.InferBuiltins(true)).Err() == nil
}

// fromCUE converts a concrete value to a constant.
func (f *Folder) fromCUE(v cue.Value, node descent.Positioned) any {
	if d, ok := v.Default(); ok {
		v = d
	}
	switch v.Kind() {
	case cue.NullKind:
		return nil
	case cue.BoolKind:
		b, _ := v.Bool()
		return b
	case cue.StringKind:
		s, _ := v.String()
		return s
	case cue.IntKind, cue.FloatKind, cue.NumberKind:
		b, err := v.MarshalJSON()
		if err != nil {
			f.d.Fail(node, "%v", err)
		}
		if n := json.Number(b); v.Kind() == cue.IntKind {
			if _, err := n.Int64(); err != nil {
				f.d.Refuse(node, "use a string", "the integer %s does not fit in 64 bits", n)
			}
		}
		return json.Number(b)
	case cue.BytesKind:
		b, err := v.Bytes()
		if err != nil {
			f.d.Fail(node, "%v", err)
		}
		return expr.ByteString(b)
	case cue.ListKind:
		out := []any{}
		for it, err := v.List(); err == nil && it.Next(); {
			out = append(out, f.fromCUE(it.Value(), node))
		}
		return out
	default:
		return f.structFromCUE(v, node)
	}
}

func (f *Folder) structFromCUE(v cue.Value, node descent.Positioned) *expr.Object {
	out := expr.NewObject()
	for it, err := v.Fields(); err == nil && it.Next(); {
		out.Set(it.Selector().Unquoted(), f.fromCUE(it.Value(), node))
	}
	return out
}

func firstError(err error) string {
	errs := errors.Errors(err)
	if len(errs) == 0 {
		return err.Error()
	}
	msg, args := errs[0].Msg()
	return fmt.Sprintf(msg, args...)
}
