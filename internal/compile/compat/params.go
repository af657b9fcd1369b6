package compat

import (
	"encoding/json"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/equality"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/compile/cueerror"
	"github.com/kudoc/kudoc/internal/compile/diag"
	"github.com/kudoc/kudoc/internal/compile/validate"
	"github.com/kudoc/kudoc/internal/render"
	"github.com/kudoc/kudoc/internal/render/parameter"
)

// space is parameters of both versions: those of Instances, or those of a plan.
type space struct {
	*comparison
	at       []string // the field that declares them
	what     string
	old, now []v1alpha1.Parameter
	// effective parameters of either version, or why they are refused
	oldAccepts, nowAccepts func(given map[string]any) (map[string]any, error)
	immutable              map[string]bool // in the new version
	reported               map[string]bool // paths about which all has been said
}

// params compares the parameters of Instances.
func (c *comparison) params() {
	s := &space{
		comparison: c, at: []string{"params"}, what: "parameter", old: c.old.Parameters, now: c.now.Parameters,
		oldAccepts: c.oldProgram.Params, nowAccepts: c.nowProgram.Params, immutable: map[string]bool{}, reported: map[string]bool{},
	}
	before := map[string]bool{}
	for _, p := range s.old {
		before[p.Name] = p.Immutable
	}
	for _, p := range s.now {
		was, existed := before[p.Name]
		if s.immutable[p.Name] = p.Immutable; p.Immutable && existed && !was {
			c.breaks(diag.ParamImmutable, append(slices.Clip(s.at), p.Name), "parameter %q is immutable now", p.Name)
		}
	}
	c.base = s.compare()
}

// planParams compares the parameters of a plan, for the default parameters of Instances.
func (c *comparison) planParams(old, now *v1alpha1.Plan) {
	s := &space{
		comparison: c, at: []string{"plans", old.Name, "params"}, what: "parameter of plan \"" + old.Name + "\":",
		old: old.Parameters, now: now.Parameters, reported: map[string]bool{},
	}
	in := func(program *render.Program) func(map[string]any) (map[string]any, error) {
		return func(given map[string]any) (map[string]any, error) {
			params, err := program.Params(c.base)
			if err != nil { // which has been reported where it belongs
				return nil, errors.New("the parameters of the instance are refused")
			}
			return program.PlanParams(old.Name, given, render.Inputs{Params: params, Instance: instance})
		}
	}
	s.oldAccepts, s.nowAccepts = in(c.oldProgram), in(c.nowProgram)
	s.compare()
}

// compare returns the fewest parameters that the old version accepts, or nil if it accepts none.
func (s *space) compare() map[string]any {
	old, now := schemaOf(s.old), schemaOf(s.now)
	s.structure(old, now, nil)
	variations, err := validate.Variations(func(given map[string]any) error {
		_, err := s.oldAccepts(given)
		return err
	}, s.old, s.now)
	if err != nil || len(variations) == 0 {
		return nil
	}
	base := variations[0].Given
	s.defaults(old, now, base)
	s.narrowed(variations)
	return base
}

// schemaOf is parameters as the fields of a struct.
func schemaOf(ps []v1alpha1.Parameter) *parameter.Schema {
	out := &parameter.Schema{Type: "struct"}
	for _, p := range ps {
		f := parameter.Field{Name: p.Name, Optional: p.Optional}
		if json.Unmarshal(p.Schema.Raw, &f.Schema) == nil { // loading has succeeded
			out.Fields = append(out.Fields, f)
		}
	}
	return out
}

func field(s *parameter.Schema, name string) *parameter.Field {
	i := slices.IndexFunc(s.Fields, func(f parameter.Field) bool { return f.Name == name })
	if i < 0 {
		return nil
	}
	return &s.Fields[i]
}

// structure compares which parameters there are, and their types.
func (s *space) structure(old, now *parameter.Schema, path []string) {
	for i := range old.Fields {
		was := &old.Fields[i]
		p := append(slices.Clip(path), was.Name)
		is := field(now, was.Name)
		switch {
		case is == nil:
			s.say(diag.ParamGone, p, "is gone")
		case was.Type != is.Type && is.Type != "any" && (was.Type != "int" || is.Type != "number"):
			s.say(diag.ParamRefuses, p, "is of type "+is.Type+", and was of type "+was.Type)
		case mustBeSet(is) && !mustBeSet(was):
			s.say(diag.ParamRequired, p, "is required now")
		case is.Type == "struct":
			s.structure(&was.Schema, &is.Schema, p)
		}
	}
	for i := range now.Fields {
		if is := &now.Fields[i]; field(old, is.Name) == nil && mustBeSet(is) {
			s.say(diag.ParamRequired, append(slices.Clip(path), is.Name), "is new, and required")
		}
	}
}

// mustBeSet says whether a parameter has no value unless somebody sets it, and must have one.
func mustBeSet(f *parameter.Field) bool {
	return !f.Optional && f.Default == nil && f.DefaultExpr == "" && !slices.Contains([]string{"list", "map", "struct"}, f.Type)
}

// say reports a change of a parameter, after which nothing more is said about it.
func (s *space) say(code string, path []string, text string) {
	s.reported[strings.Join(path, ".")] = true
	s.breaks(code, append(slices.Clip(s.at), path...), "%s %q %s", s.what, cueerror.Joined(path), text)
}

// said says whether a change of a parameter, or of one that contains it, has been reported.
func (s *space) said(path []string) bool {
	for i := range path {
		if s.reported[strings.Join(path[:i+1], ".")] {
			return true
		}
	}
	return false
}

var index = regexp.MustCompile(`\[[^\]]*\]`)

// narrowed finds values that the old version accepts and the new one refuses.
func (s *space) narrowed(variations []validate.Variation) {
	for _, v := range variations {
		_, err := s.nowAccepts(v.Given)
		var errs parameter.Errors
		if !errors.As(err, &errs) {
			continue
		}
		for _, e := range errs {
			path := strings.Split(index.ReplaceAllString(e.Path, ""), ".")
			if s.said(path) {
				continue
			}
			text := e.Message + ", which version " + s.comparison.old.Version + " accepts"
			if !slices.Equal(path, v.Path) {
				text += " together with " + show(s.smallest(v.Given, e))
			}
			s.say(diag.ParamRefuses, path, text)
		}
	}
}

// smallest leaves out the parameters without which the same is wrong.
func (s *space) smallest(given map[string]any, wrong parameter.Error) map[string]any {
	for _, name := range slices.Sorted(maps.Keys(given)) {
		less := maps.Clone(given)
		delete(less, name)
		if _, err := s.oldAccepts(less); err != nil {
			continue
		}
		var errs parameter.Errors
		if _, err := s.nowAccepts(less); errors.As(err, &errs) && slices.Contains(errs, wrong) {
			given = less
		}
	}
	return given
}

// defaults compares the values of parameters that nobody sets.
func (s *space) defaults(old, now *parameter.Schema, base map[string]any) {
	before, err := s.oldAccepts(base)
	if err != nil {
		return
	}
	after, err := s.nowAccepts(base)
	if err != nil { // for reasons that have been reported; what is written may be compared all the same
		before, after = written(old), written(now)
	}
	s.sameDefaults(old, now, before, after, base, nil)
}

// written are the defaults that a schema holds.
func written(schema *parameter.Schema) map[string]any {
	out := map[string]any{}
	for i := range schema.Fields {
		f := &schema.Fields[i]
		var v any
		switch {
		case f.Type == "struct" && f.Default == nil:
			out[f.Name] = written(&f.Schema)
		case f.Default != nil && json.Unmarshal(f.Default, &v) == nil:
			out[f.Name] = v
		}
	}
	return out
}

func (s *space) sameDefaults(old, now *parameter.Schema, before, after, given map[string]any, path []string) {
	for i := range old.Fields {
		was := &old.Fields[i]
		is := field(now, was.Name)
		p := append(slices.Clip(path), was.Name)
		if is == nil || s.said(p) {
			continue
		}
		inner, isStruct := before[was.Name].(map[string]any)
		others, stillStruct := after[was.Name].(map[string]any)
		own, set := given[was.Name].(map[string]any)
		if was.Type == "struct" && isStruct && stillStruct && (set || given[was.Name] == nil) {
			s.sameDefaults(&was.Schema, &is.Schema, inner, others, own, p)
			continue
		}
		if _, set := given[was.Name]; set {
			continue
		}
		a, had := before[was.Name]
		b, has := after[was.Name]
		if had == has && equality.Semantic.DeepEqual(a, b) {
			continue
		}
		s.changedDefault(p, a, b, had, has)
	}
}

func (s *space) changedDefault(p []string, a, b any, had, has bool) {
	from, to := "unset", "unset"
	if had {
		from = show(a)
	}
	if has {
		to = show(b)
	}
	d := s.report(diag.ParamDefault, append(slices.Clip(s.at), p...), "%s %q is %s by default, and was %s", s.what, cueerror.Joined(p), to, from)
	if s.immutable[p[0]] {
		d.Severity = diag.SeverityError
		d.Hint = "it is immutable: instances that do not set it cannot be upgraded"
	}
}

// show is a value as JSON, not too long.
func show(v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(v) != nil {
		return "something"
	}
	s := strings.TrimSuffix(b.String(), "\n")
	if r := []rune(s); len(r) > 120 {
		return string(r[:119]) + "…"
	}
	return s
}
