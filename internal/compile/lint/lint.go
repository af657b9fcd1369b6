package lint

import (
	"fmt"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/compile/coverage"
	"github.com/kudoc/kudoc/internal/compile/lint/reads"
	"github.com/kudoc/kudoc/internal/compile/validate"
	"github.com/kudoc/kudoc/internal/render"
)

// Subject is what is looked at.
type Subject struct {
	Spec    *v1alpha1.FrameworkVersionSpec
	Program *render.Program
	// Samples are inputs that the parameters accept, the smallest one first.
	Samples []validate.Sample
	// Hidden are the parameters that templates read only on sides of conditions that no input takes.
	Hidden map[string]coverage.Missed
}

// Finding is a mistake in a framework.
type Finding struct {
	Code    string
	Warning bool
	// Path is the field in the framework: tasks.server.apply.server.spec, with integers for elements of lists.
	Path          []any
	Message, Hint string
	// Inputs are those for which the field has its value.
	Inputs render.Inputs
}

// Run applies every rule. An error is a mistake in a rule, not in the framework.
func Run(s Subject) ([]Finding, error) {
	if len(s.Samples) == 0 {
		return nil, nil
	}
	r := &run{Subject: s, steps: stepsOf(s.Spec), varies: reads.Varying(s.Spec), reads: reads.OfTasks(s.Spec), order: orderOf(s.Spec), known: map[string]bool{}, present: map[string]int{}, everywhere: map[string]*found{}}
	r.readSchemas()
	if r.first = r.world(s.Samples[0], mine); r.first == nil {
		return nil, nil
	}
	r.first.neighbour, r.first.elsewhere = r.world(s.Samples[0], neighbour), r.world(s.Samples[0], elsewhere)
	r.readChoices()
	r.take(r.look(r.first))
	for batch := range slices.Chunk(s.Samples[1:], runtime.NumCPU()) {
		looks := make([]*look, len(batch))
		var wg sync.WaitGroup
		for i, sample := range batch {
			wg.Go(func() { looks[i] = r.guarded(sample) })
		}
		wg.Wait()
		for _, l := range looks { // in order, so that every build says the same
			if l.err != nil {
				return nil, l.err
			}
			r.take(l)
		}
	}
	r.always()
	return r.findings, nil
}

// guarded looks at a sample; a panic becomes an error, since nobody else could catch it.
func (r *run) guarded(s validate.Sample) (l *look) {
	defer func() {
		if p := recover(); p != nil {
			l = &look{err: fmt.Errorf("internal error: %v", p)}
		}
	}()
	if w := r.world(s, mine); w != nil {
		return r.look(w)
	}
	return &look{}
}

// run is one look at a framework. Of the worlds only the first one is kept.
type run struct {
	Subject
	steps []use
	order map[use]int
	// varies are the tasks whose objects may differ from step to step, reads the parameters that tasks read.
	varies map[string]bool
	reads  map[string]map[string]bool
	first  *world
	// known are the findings of the worlds before.
	known map[string]bool
	// present counts the worlds in which an object is; everywhere are the findings that must be in all of them to count.
	present    map[string]int
	everywhere map[string]*found
	// free are the parameters that take any text, chosen the values of the first world that depend on one that has to be set.
	free     map[string]bool
	chosen   map[string]bool
	decided  map[string]bool // values of the first world, when somebody has asked
	tries    int             // of smaller inputs
	findings []Finding
}

// found is a finding in a world.
type found struct {
	rule   *Rule
	world  *world
	item   *item // or nil
	path   path  // in the framework
	about  string
	text   string
	hint   string
	worlds int // how many show it
}

// identity tells findings apart in different worlds, in which elements of lists may be at other places.
func (f *found) identity() string { return f.rule.Code + f.path.Kind() + "\x00" + f.about }

// look is what the rules find in a world.
type look struct {
	objects map[string]bool
	found   []*found
	err     error
}

// look applies every rule to a world.
func (r *run) look(w *world) *look {
	l := &look{objects: w.paths()}
	for n := range rules {
		if w == r.first || rules[n].wants(w) {
			l.found = append(l.found, rules[n].apply(w)...)
		}
	}
	return l
}

// take reports what no world before has shown.
func (r *run) take(l *look) {
	for p := range l.objects {
		r.present[p]++
	}
	fresh := map[string]bool{}
	for _, f := range l.found {
		id := f.identity()
		if f.rule.everywhere {
			id = f.rule.Code + alike(strings.TrimPrefix(id, f.rule.Code))
		}
		switch {
		case !f.rule.everywhere:
			if !r.known[id] && !r.isChosen(f) {
				fresh[id] = true
				r.report(r.smallest(f))
			}
		case r.everywhere[id] == nil:
			r.everywhere[id], fresh[id] = f, true
		case !fresh[id]:
			fresh[id] = true
			r.everywhere[id].worlds++
		}
	}
	for id := range fresh {
		r.known[id] = true
	}
}

// apply calls the rule for a world.
func (rule *Rule) apply(w *world) []*found {
	var out []*found
	rule.check(w, func(i *item, p path, about, message string) *found {
		f := &found{rule: rule, world: w, item: i, path: p, about: about, text: message, worlds: 1}
		if i != nil {
			f.path = i.path().Of(p...)
		}
		out = append(out, f)
		return f
	})
	return out
}

// wants says whether a rule looks at a world other than the first one.
func (rule *Rule) wants(w *world) bool {
	switch {
	case rule.defaults:
		return false
	case rule.changes:
		return w.sample.Changed != nil
	case rule.values:
		return w.sample.Changed != nil && !w.isFree()
	}
	return true
}

// paths are the objects of a world.
func (w *world) paths() map[string]bool {
	out := map[string]bool{}
	for _, i := range w.items {
		out[alike(i.path().String())] = true
	}
	return out
}

var numbers = regexp.MustCompile(`[0-9]+`)

// alike is a path without numbers: the objects that a loop makes are alike.
func alike(path string) string { return numbers.ReplaceAllString(path, "#") }

// always reports the findings that are in every world in which the object is.
func (r *run) always() {
	for _, f := range r.everywhere {
		if f.rule.own && r.isDecided(f.item, f.path[len(f.item.path()):]) {
			continue
		}
		if f.item == nil || f.worlds == r.present[alike(f.item.path().String())] {
			r.report(r.smallest(f))
		}
	}
}

// How many smaller inputs are tried for a finding, and for all of them.
const (
	maxTries    = 150
	maxAllTries = 1500
)

// smallest replaces the world of a finding by that of a simpler input as long as the finding remains.
func (r *run) smallest(f *found) *found {
	if f.world == r.first || f.rule.changes {
		return f
	}
	tries := 0
	for smaller := true; smaller; {
		smaller = false
		for _, s := range f.world.sample.Simpler(&r.Samples[0]) {
			if tries++; tries > maxTries || r.tries > maxAllTries {
				return f
			}
			r.tries++
			w := r.world(s, mine)
			if w == nil {
				continue
			}
			again := f.rule.apply(w)
			if same := slices.IndexFunc(again, func(g *found) bool { return g.identity() == f.identity() }); same >= 0 {
				f, smaller = again[same], true
				break
			}
		}
	}
	return f
}

func (r *run) report(f *found) {
	out := Finding{Code: f.rule.Code, Warning: f.rule.Warning, Path: f.path, Message: f.text, Hint: f.hint, Inputs: f.world.inputs}
	plan := ""
	if f.item != nil {
		out.Inputs, _ = f.world.at(f.item.use)
		plan = f.item.use.plan
	}
	if given := f.world.sample.Given(&r.Samples[0], plan); given != "" && !f.rule.changes {
		out.Message = fmt.Sprintf("%s, %s", f.text, given)
		out.Warning = out.Warning || f.rule.lenient
	}
	same := slices.ContainsFunc(r.findings, func(x Finding) bool {
		return x.Code == out.Code && reflect.DeepEqual(x.Path, out.Path) && x.Message == out.Message
	})
	if !same {
		r.findings = append(r.findings, out)
	}
}
