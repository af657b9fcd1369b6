package operation

import "strings"

// instead says what to write instead of a function that does not exist at run time, by the function, or by its package.
var instead = map[string]string{
	"strings.ByteAt":       "use strings.SliceRunes",
	"strings.ByteSlice":    "use strings.SliceRunes",
	"strconv.FormatFloat":  `write the number in a string: "\(x)"`,
	"strconv.ParseNumber":  "use strconv.ParseInt or strconv.ParseFloat",
	"strconv.Unquote":      "take the text without quotes as a parameter",
	"list.Avg":             "use div(list.Sum(l), len(l))",
	"list.IsSorted":        "sort the list",
	"net.PathUnescape":     "take the text that is not escaped as a parameter",
	"net.QueryUnescape":    "take the text that is not escaped as a parameter",
	"encoding/json.Indent": "use json.Marshal of the value",
	"encoding/json":        "declare a parameter with the structure of the text, and marshal that where a text is needed",
	"encoding/yaml":        "declare a parameter with the structure of the text, and marshal that where a text is needed",
	"encoding/toml":        "write the text as a string with interpolations",
	"encoding/csv":         "use strings.Join and strings.Split",
	"text/template":        `write the text as a string with interpolations: "\(x)"`,
	"text/tabwriter":       "write the text as a string with interpolations",
	"html":                 "use strings.Replace",
	"path":                 "use the functions of package strings",
	"regexp":               "use =~ and the functions of package strings",
	"math":                 "take the result as a parameter",
	"math/bits":            "use div, mod and *",
	"time":                 "take the result as a parameter",
	"uuid":                 "take the identifier as a parameter",
	"struct":               "use len",
	"crypto/hmac":          "take the result as a parameter",
	"crypto/ed25519":       "take the result as a parameter",
	"and":                  "write the constraints with &",
	"or":                   "write the options with |, or choose with if",
	"matchN":               "write the conditions with if",
	"matchIf":              "write the condition with if",
	"close":                "use a definition, which is closed",
}

// alternative is what to write instead of a function.
func alternative(name string) string {
	if s, ok := instead[name]; ok {
		return s
	}
	if i := strings.LastIndex(name, "."); i > 0 {
		if s, ok := instead[name[:i]]; ok {
			return s
		}
	}
	return "docs/template-format.md lists the functions that can"
}
