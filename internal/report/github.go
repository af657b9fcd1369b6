package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/kudoc/kudoc/internal/compile/diag"
)

// The characters that workflow commands of GitHub Actions escape, in messages and in properties.
var (
	escapeMessage  = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	escapeProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// github writes the workflow commands that make GitHub Actions show findings at their lines.
func (r *Report) github(w io.Writer) error {
	for _, fw := range r.Frameworks {
		for _, d := range fw.Findings {
			if _, err := fmt.Fprintln(w, r.command(d)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *Report) command(d *diag.Diagnostic) string {
	name := map[diag.Severity]string{diag.SeverityError: "error", diag.SeverityWarning: "warning", diag.SeverityInfo: "notice"}[d.Severity]
	var properties []string
	property := func(name, value string) { properties = append(properties, name+"="+escapeProperty.Replace(value)) }
	if d.File != "" {
		property("file", r.path(d.File))
	}
	if d.Line > 0 {
		property("line", fmt.Sprint(d.Line))
		property("col", fmt.Sprint(r.column(d.File, d.Line, d.Column)))
	}
	property("title", d.Code+": "+r.title(d.Code))
	message := withHint(d)
	for _, p := range d.Related {
		message += fmt.Sprintf("\n%s:%d: %s", r.path(p.File), p.Line, p.Message)
	}
	return "::" + name + " " + strings.Join(properties, ",") + "::" + escapeMessage.Replace(message)
}
