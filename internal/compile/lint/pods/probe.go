package pods

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/kudoc/kudoc/internal/compile/lint/tree"
)

// ofTheWhole are words by which the clients of common systems ask for the state of a cluster, not of one server.
var ofTheWhole = regexp.MustCompile(`\b(mntr|srvr|isro|quorum|leader|wsrep_\w+|cluster[-_ ]?(health|state|status|info)|endpoint health|rs\.status)\b`)

// AsksForCluster is the word by which the readinessProbe of a container asks for the state of more than its own server, or "".
func (c *Container) AsksForCluster() string {
	var words []string
	for _, x := range tree.List(c.Body, "readinessProbe", "exec", "command") {
		words = append(words, fmt.Sprint(x))
	}
	words = append(words, tree.Text(c.Body, "readinessProbe", "httpGet", "path"))
	return ofTheWhole.FindString(strings.Join(words, " "))
}
