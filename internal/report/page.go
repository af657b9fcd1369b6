package report

import (
	"fmt"
	"strings"

	"github.com/kudoc/kudoc/internal/compile/diag"
)

// Page is the table of codes as Markdown; HelpURI leads to its headings.
func Page(table []diag.Code) string {
	var b strings.Builder
	b.WriteString(`# Findings

What ` + "`kudoc vet`" + ` may find in a framework. ` + "`kudoc explain CODE`" + ` says the same. This page is generated from the table of
codes by ` + "`make golden`" + `.

Errors end a build. Warnings and notes do not; ` + "`kudoc vet --strict`" + ` fails for warnings too. A finding that is intended is
silenced at its line, or on a line of its own before it, with its code and the reason:

` + "```cue" + `
// kudoc:ignore KD107 the plans of the next version use it
spare: apply: config: {...}
` + "```" + `
`)
	var group diag.Group
	for _, c := range table {
		if c.Group != group {
			group = c.Group
			fmt.Fprintf(&b, "\n## %s\n", group)
		}
		fmt.Fprintf(&b, "\n### %s\n\n**%s** (%s)\n\n%s\n", c.Code, c.Title, Nature(c), markdown(c.Text))
	}
	return b.String()
}

// markdown keeps what looks like a tag from being one, outside of code.
func markdown(text string) string {
	parts := strings.Split(text, "`")
	for i := 0; i < len(parts); i += 2 {
		parts[i] = strings.ReplaceAll(parts[i], "<", "&lt;")
	}
	return strings.Join(parts, "`")
}

// Nature says how bad a finding is, and whether it may be ignored where that does not follow.
func Nature(c diag.Code) string {
	if c.Severity == diag.SeverityError && c.Ignorable {
		return "error that may be ignored"
	}
	return severityName(c.Severity)
}

// severityName is what people are told; programs are told what the formats call it.
func severityName(s diag.Severity) string {
	if s == diag.SeverityInfo {
		return "note"
	}
	return s.String()
}
