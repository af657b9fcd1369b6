package format

import (
	"strings"

	"github.com/kudoc/kudoc/internal/render/parameter"
)

// TakesText says whether some text in a value of a schema is as good as any other.
func TakesText(s *parameter.Schema) bool {
	switch s.Type {
	case "string", "any":
		return !strings.Contains(strings.ReplaceAll(s.Check, `""`, ""), `"`) // neither a pattern nor alternatives
	case "map":
		if !strings.Contains(s.Keys, `"`) {
			return true
		}
	}
	for i := range s.Fields {
		if TakesText(&s.Fields[i].Schema) {
			return true
		}
	}
	return s.Elem != nil && TakesText(s.Elem)
}
