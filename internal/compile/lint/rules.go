package lint

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

// Rules are all of them, in order.
func Rules() []Rule { return rules }

var rules []Rule

func init() {
	rules = append(rules, identityRules...)
	rules = append(rules, selectorRules...)
	rules = append(rules, volumeRules...)
	rules = append(rules, changeRules...)
	rules = append(rules, podRules...)
	rules = append(rules, valueRules...)
	rules = append(rules, planRules...)
}
