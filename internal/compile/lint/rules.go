package lint

import "github.com/kudoc/kudoc/internal/compile/diag"

// Rule is a kind of mistake.
type Rule struct {
	Code, Title string
	Text        string // a paragraph for people who ask what it means
	Warning     bool

	// defaults: only the first world counts; everywhere: only what every world shows that has the object counts.
	defaults, everywhere bool
	// own: what a parameter decides does not count, of the findings that every world shows.
	own bool
	// changes: the rule compares a world with the first one, from which it differs in one parameter.
	changes bool
	// values: the rule judges single values, and so says nothing about those that come from text of which the framework
	// knows nothing. lenient: it is a warning where parameters other than the defaults show it.
	values, lenient bool

	check func(w *world, report reporter)
}

// reporter notes a mistake: at a field of an item, or of the framework where there is no item. What it is about tells it apart
// from other mistakes at fields of the same name.
type reporter func(i *item, p path, about, message string) *found

// group is what all of them are about.
const group diag.Group = "Objects that do not go together"

// Codes is the table of what they report. The framework compiles all the same, so that an author may silence each of them.
func Codes() []diag.Code {
	var out []diag.Code
	for _, r := range rules {
		c := diag.Code{Code: r.Code, Group: group, Ignorable: true, Title: r.Title, Text: r.Text}
		if r.Warning {
			c.Severity = diag.SeverityWarning
		}
		out = append(out, c)
	}
	return out
}

var rules []Rule

func init() {
	rules = append(rules, identityRules...)
	rules = append(rules, selectorRules...)
	rules = append(rules, volumeRules...)
	rules = append(rules, changeRules...)
	rules = append(rules, podRules...)
	rules = append(rules, valueRules...)
	rules = append(rules, planRules...)
	rules = append(rules, startRules...)
	rules = append(rules, hostRules...)
}
