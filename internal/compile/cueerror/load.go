package cueerror

import (
	"strings"

	"cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/load"

	"github.com/kudoc/kudoc/internal/compile/diag"
)

// Loading says what keeps the package in a directory from being loaded.
func Loading(dir string, err error) (diags diag.Diagnostics) {
	for _, e := range errors.Errors(err) {
		msg := Text(e)
		if msg == "" { // an error of something else, wrapped
			msg = e.Error()
		}
		code, hint := diag.CannotRead, ""
		var multiple *load.MultiplePackageError
		switch {
		case errors.As(e, &multiple):
			msg = "the directory holds several packages: " + strings.Join(multiple.Packages, ", ")
			hint = "a framework is one package in a directory of its own"
		case strings.Contains(msg, "matched no packages"):
			msg = "no CUE files in " + dir
			hint = "name the directory of a framework; DIR/... stands for every one below DIR"
		case strings.HasPrefix(msg, "import failed"):
			if d := importedMistake(e); d != nil {
				diags = append(diags, d)
				continue
			}
			code = diag.UnknownImport
			if i := strings.Index(e.Error(), "cannot find "); i >= 0 {
				msg, _, _ = strings.Cut(e.Error()[i:], ": ")
			}
			hint = "the Kubernetes types are kudoc.dev/k8s/<group>/<version>"
		case AuthorPosition(e).IsValid():
			code = diag.Syntax
		}
		d := diag.New(code, "%s", msg).At(AuthorPosition(e))
		d.Hint = hint
		if d.File == "" {
			d.File = dir
		}
		diags = append(diags, d)
	}
	return diags
}

// importedMistake is what is wrong within a package that is imported, if that is why it cannot be.
func importedMistake(e errors.Error) *diag.Diagnostic {
	var inner errors.Error
	if !errors.As(errors.Unwrap(e), &inner) {
		return nil
	}
	at, by := AuthorPosition(inner), e.Position()
	if !at.IsValid() || at.Filename() == by.Filename() {
		return nil
	}
	d := diag.New(diag.Syntax, "%s", Text(inner)).At(at)
	d.Related = []diag.Related{{File: by.Filename(), Line: by.Line(), Column: by.Column(), Message: "imported here"}}
	return d
}
