package graph

import (
	"fmt"
	"strings"
)

// Mermaid is the graph as a flowchart of Mermaid.
func (g *Graph) Mermaid() string {
	m := &mermaid{}
	m.line(0, "flowchart LR")
	for n, r := range g.Requires {
		m.line(1, "req%d[(%s)]:::requires", n, quoted("requires "+r.Name, r.Framework+" "+r.Range))
	}
	for n := range g.Plans {
		m.plan(n, &g.Plans[n])
	}
	m.line(1, "classDef start fill:none,stroke-dasharray:4")
	m.line(1, "classDef sometimes stroke-dasharray:4")
	if len(g.Requires) > 0 {
		m.line(1, "classDef requires fill:none")
	}
	return m.String()
}

type mermaid struct{ outline }

func (m *mermaid) plan(n int, p *Plan) {
	id := fmt.Sprintf("p%d", n)
	m.line(1, "subgraph %s[%s]", id, quoted("plan "+p.Name))
	m.line(2, "%ss([%s]):::start", id, quoted(p.Starts...))
	for i := range p.Phases {
		m.phase(fmt.Sprintf("%sf%d", id, i), &p.Phases[i])
	}
	before := id + "s"
	for i := range p.Phases {
		phase := fmt.Sprintf("%sf%d", id, i)
		m.line(2, "%s --> %s", before, phase)
		if !p.Parallel {
			before = phase
		}
	}
	m.line(1, "end")
}

func (m *mermaid) phase(id string, ph *Phase) {
	m.line(2, "subgraph %s[%s]", id, quoted(ph.title()))
	m.line(3, "direction TB")
	for i := range ph.Steps {
		s, class := &ph.Steps[i], ""
		if s.When != "" {
			class = ":::sometimes"
		}
		m.line(3, "%ss%d[%s]%s", id, i, quoted(s.lines()...), class)
		if i > 0 && !ph.Parallel {
			m.line(3, "%ss%d --> %ss%d", id, i-1, id, i)
		}
	}
	m.line(2, "end")
}

var inMermaid = strings.NewReplacer("&", "#amp;", `"`, "#quot;", "<", "#lt;", ">", "#gt;", "`", "#96;")

// quoted is a text of several lines.
func quoted(lines ...string) string {
	return `"` + strings.Join(each(lines, inMermaid.Replace), "<br>") + `"`
}
