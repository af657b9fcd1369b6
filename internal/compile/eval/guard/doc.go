// Package guard is the logic of conditions on inputs.
//
// A Guard is a conjunction of atoms: the conditions under which a conjunct counts, a field exists or an element is in a
// list. The same type is a path condition, what is known to hold where a value is read. The package takes conditions as
// expressions (package expr) and answers what one guard leaves open, implies or excludes when another one holds.
//
// It decides by what the atoms look like, not by what they mean: two atoms are the same if they print the same. It may
// therefore miss that something is implied or excluded, which makes a template longer, but it never claims it wrongly.
package guard
