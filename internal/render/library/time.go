package library

import (
	"time"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types/ref"
)

// timeFunctions are CUE's package time, as far as templates need it.
func timeFunctions() []cel.EnvOption {
	return test("time.Duration", typesOf(cel.StringType), func(a []ref.Val) (bool, error) {
		_, err := time.ParseDuration(text(a[0]))
		return err == nil, err
	})
}
