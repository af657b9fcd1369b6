package compile

import (
	"regexp"
	"slices"

	"github.com/kudoc/kudoc/internal/compile/diag"
	"github.com/kudoc/kudoc/internal/compile/eval/vertex"
	"github.com/kudoc/kudoc/internal/compile/params"
	"github.com/kudoc/kudoc/internal/render/spell"
)

// secretName is the name of a parameter that holds a secret.
var secretName = regexp.MustCompile(`(?i)(password|passwd|passphrase|secret|token|credentials?|api_?key|private_?key)$`)

// checkSecrets demands that secret parameters are references.
func (e *evaluation) checkSecrets() {
	for _, p := range e.params.Fields() {
		said := slices.ContainsFunc(p.Attributes(), func(a params.Attribute) bool { return a.Key == "secret" })
		if p.Schema.Type == "string" && secretName.MatchString(p.Name) && !said {
			e.report(diag.PlainSecret, p.Pos(), "parameter %q is a secret in plain text", p.Name).Hint = p.Name + ": kudoc.#SecretRef @param(secret)"
		}
		for _, a := range p.Attributes() {
			if a.Key == "secret" && !p.IsSecretRef() {
				e.report(diag.WrongAttribute, a.At, "parameter %q: a secret parameter refers to a Secret", p.Name).Hint = p.Name + ": kudoc.#SecretRef @param(secret)"
			}
		}
	}
}

// checkRotates demands that what a plan rotates is generated.
func (e *evaluation) checkRotates(p *plan, at *vertex.Vertex) {
	var generated []string
	for _, f := range e.params.Fields() {
		if slices.ContainsFunc(f.Attributes(), func(a params.Attribute) bool { return a.Key == "generate" }) {
			generated = append(generated, f.Name)
		}
	}
	for _, name := range p.Rotates {
		if !slices.Contains(generated, name) {
			e.report(diag.NoParam, at.Pos(), "plan %q rotates %q: no secret parameter of that name is generated", p.Name, name).Meant(spell.Nearest(name, generated))
		}
	}
}
