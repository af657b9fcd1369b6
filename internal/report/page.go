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

What ` + "`kudoc vet`" + ` may find in a framework, and ` + "`kudoc test`" + ` in its tests. ` + "`kudoc explain CODE`" + ` says the same. This page is generated from the table of
codes by ` + "`make golden`" + `.

Errors end a build. Warnings and notes do not; ` + "`kudoc vet --strict`" + ` fails for warnings too. A finding that is intended is
silenced at its line, or on a line of its own before it, with its code and the reason:

` + "```cue" + `
// kudoc:ignore KD107 the plans of the next version use it
spare: apply: config: {...}
` + "```" + `

For programs, ` + "`kudoc vet --format json`" + ` prints one object on standard output:

| field | |
|---|---|
| version | 1; another number if a field below goes away or means something else. New fields may come any time |
| kudoc | the version of the program |
| frameworks | the directories that were vetted |
| findings | sorted by framework and position; each with ` + "`code`, `severity` (error, warning or info), `framework`, `title` and `message`" + `, and where there are such ` + "`file`, `line`, `column`, `path` (of the field), `hint` and `related`" + ` |
| related | other places that a finding is about: ` + "`file`, `line`, `column`, `message`" + ` |
| summary | the numbers of ` + "`errors`, `warnings` and `infos`" + ` |

Paths are relative to the working directory, with slashes. Lines and columns begin at 1; columns count bytes.
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
