package compile

import (
	"slices"

	"github.com/kudoc/kudoc/internal/compile/diag"
	"github.com/kudoc/kudoc/internal/compile/params"
)

// checkSecrets demands that secret parameters are references.
func (e *evaluation) checkSecrets() {
	for _, p := range e.params.Fields() {
		for _, a := range p.Attributes() {
			if a.Key == "secret" && !isSecretRef(p) {
				e.report(diag.WrongAttribute, a.At, "parameter %q: a secret parameter refers to a Secret", p.Name).Hint = p.Name + ": kudoc.#SecretRef @param(secret)"
			}
		}
	}
}

// isSecretRef says whether a parameter is {name: string, key: string}.
func isSecretRef(p *params.Param) bool {
	return p.Schema.Type == "struct" && len(p.Fields()) == 2 && !p.HasDefault() && !slices.ContainsFunc(p.Fields(), func(f *params.Param) bool {
		return f.Name != "name" && f.Name != "key" || f.Schema.Type != "string" || f.Optional
	})
}
