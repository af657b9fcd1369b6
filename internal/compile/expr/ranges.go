package expr

// Bounds returns what is known about the value of an integer.
func Bounds(x *X) (lo, hi *int64) {
	if v, ok := x.Int(); ok {
		return &v, &v
	}
	return x.Type.Lo, x.Type.Hi
}

// WithBounds is t narrowed to a range; nil is no bound.
func (t *Type) WithBounds(lo, hi *int64) *Type {
	out := *t
	if lo != nil && (out.Lo == nil || *lo > *out.Lo) {
		out.Lo = lo
	}
	if hi != nil && (out.Hi == nil || *hi < *out.Hi) {
		out.Hi = hi
	}
	return &out
}

func joinRanges(a, b *Type) *Type {
	out := &Type{Kind: Int}
	if a.Lo != nil && b.Lo != nil {
		out.Lo = ptr(min(*a.Lo, *b.Lo))
	}
	if a.Hi != nil && b.Hi != nil {
		out.Hi = ptr(max(*a.Hi, *b.Hi))
	}
	return out
}

func ptr(v int64) *int64 { return &v }

// maxFactor keeps products of bounds within 64 bits; a bound beyond it counts as unknown.
const maxFactor = 1 << 31

func known(ps ...*int64) bool {
	for _, p := range ps {
		if p == nil || *p > maxFactor || *p < -maxFactor {
			return false
		}
	}
	return true
}

// arithmeticType is the type of an operation on integers, with its range where the ranges of the operands give one.
func arithmeticType(op string, a, b *X) *Type {
	al, ah := Bounds(a)
	bl, bh := Bounds(b)
	t := &Type{Kind: Int}
	switch op {
	case "+":
		if known(al, bl) {
			t.Lo = ptr(*al + *bl)
		}
		if known(ah, bh) {
			t.Hi = ptr(*ah + *bh)
		}
	case "-":
		if known(al, bh) {
			t.Lo = ptr(*al - *bh)
		}
		if known(ah, bl) {
			t.Hi = ptr(*ah - *bl)
		}
	case "*":
		if known(al, ah, bl, bh) {
			ps := []int64{*al * *bl, *al * *bh, *ah * *bl, *ah * *bh}
			t.Lo, t.Hi = ptr(min(ps[0], ps[1], ps[2], ps[3])), ptr(max(ps[0], ps[1], ps[2], ps[3]))
		}
	case "div":
		if known(al, ah, bl, bh) && *bl == *bh && *bl > 0 {
			t.Lo, t.Hi = ptr(floorDiv(*al, *bl)), ptr(floorDiv(*ah, *bl))
		}
	case "mod":
		if known(bl, bh) && *bl == *bh && *bl > 0 {
			t.Lo, t.Hi = ptr(0), ptr(*bl-1)
		}
	}
	return t
}

func floorDiv(x, y int64) int64 {
	q := x / y
	if x%y < 0 {
		q--
	}
	return q
}

// decide answers a comparison of integers from their ranges: true, false, or unknown.
func decide(op string, a, b *X) (value, ok bool) {
	al, ah := Bounds(a)
	bl, bh := Bounds(b)
	less := func(p, q *int64) bool { return p != nil && q != nil && *p < *q }
	lessEq := func(p, q *int64) bool { return p != nil && q != nil && *p <= *q }
	switch op {
	case "<":
		return less(ah, bl), less(ah, bl) || lessEq(bh, al)
	case "<=":
		return lessEq(ah, bl), lessEq(ah, bl) || less(bh, al)
	case ">":
		return decide("<", b, a)
	case ">=":
		return decide("<=", b, a)
	}
	return false, false
}
