package format

import (
	"fmt"

	"k8s.io/apimachinery/pkg/api/resource"
)

// quantity parses an amount: a string, or a number.
func quantity(v any) (resource.Quantity, error) { return resource.ParseQuantity(fmt.Sprint(v)) }

// Amount says why Kubernetes refuses an amount, or is empty.
func Amount(v any) string {
	q, err := quantity(v)
	switch {
	case err != nil:
		return "want an amount, such as 500m or 2Gi"
	case q.Sign() < 0:
		return "must not be negative"
	}
	return ""
}

var (
	mebibyte      = resource.MustParse("1Mi")
	thousandCores = resource.MustParse("1000")
)

// Odd says what is odd about an amount of a resource that Kubernetes accepts, and what its unit means; or is empty.
func Odd(name string, v any) (message, hint string) {
	q, err := quantity(v)
	if err != nil || q.Sign() <= 0 {
		return "", ""
	}
	switch name {
	case "memory", "storage", "ephemeral-storage":
		whole := q.DeepCopy()
		whole.RoundUp(0)
		switch {
		case whole.Cmp(q) != 0:
			return fmt.Sprintf("%s %q is a fraction of a byte: m is a thousandth", name, fmt.Sprint(v)), "Mi is a mebibyte"
		case q.Cmp(mebibyte) < 0:
			return fmt.Sprintf("%s %q is less than a mebibyte", name, fmt.Sprint(v)), "a number without a unit is in bytes"
		}
	case "cpu":
		if q.Cmp(thousandCores) > 0 {
			return fmt.Sprintf("cpu %q is more than a thousand cores", fmt.Sprint(v)), "a number without a unit is in cores, m is a thousandth"
		}
	}
	return "", ""
}

// Exceeds says whether one amount is more than another.
func Exceeds(a, b any) bool {
	x, errX := quantity(a)
	y, errY := quantity(b)
	return errX == nil && errY == nil && x.Cmp(y) > 0
}
