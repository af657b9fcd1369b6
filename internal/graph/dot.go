package graph

import (
	"fmt"
	"strings"
)

// Dot is the graph for Graphviz.
func (g *Graph) Dot() string {
	d := &dot{}
	d.line(0, "digraph {")
	d.line(1, "rankdir=LR; compound=true; fontname=\"Helvetica\"")
	d.line(1, "node [shape=box, style=rounded, fontname=\"Helvetica\", fontsize=11]")
	d.line(1, "label=%s; labelloc=t", label(g.Name+" "+g.Version))
	for n, r := range g.Requires {
		d.line(1, "req%d [shape=cylinder, label=%s]", n, label("requires "+r.Name, r.Framework+" "+r.Range))
	}
	for n := range g.Plans {
		d.plan(n, &g.Plans[n])
	}
	d.line(0, "}")
	return d.String()
}

type dot struct{ outline }

func (d *dot) plan(n int, p *Plan) {
	id := fmt.Sprintf("p%d", n)
	d.line(1, "subgraph cluster_%s {", id)
	d.line(2, "label=%s; style=rounded", label("plan "+p.Name))
	d.line(2, "%s_start [shape=plaintext, label=%s]", id, label(p.Starts...))
	for i := range p.Phases {
		d.phase(fmt.Sprintf("%sf%d", id, i), &p.Phases[i])
	}
	from, tail := id+"_start", ""
	for i := range p.Phases {
		phase, last := fmt.Sprintf("%sf%d", id, i), len(p.Phases[i].Steps)-1
		d.line(2, "%s -> %ss0 [lhead=cluster_%s%s]", from, phase, phase, tail)
		if !p.Parallel {
			from, tail = fmt.Sprintf("%ss%d", phase, last), ", ltail=cluster_"+phase
		}
	}
	d.line(1, "}")
}

func (d *dot) phase(id string, ph *Phase) {
	d.line(2, "subgraph cluster_%s {", id)
	d.line(3, "label=%s; style=\"rounded,dashed\"", label(ph.title()))
	for i := range ph.Steps {
		s, style := &ph.Steps[i], ""
		if s.When != "" {
			style = ", style=\"rounded,dashed\""
		}
		d.line(3, "%ss%d [label=%s%s]", id, i, label(s.lines()...), style)
		if i > 0 && !ph.Parallel {
			d.line(3, "%ss%d -> %ss%d", id, i-1, id, i)
		}
	}
	d.line(2, "}")
}

var inDot = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

func label(lines ...string) string {
	return `"` + strings.Join(each(lines, inDot.Replace), `\n`) + `"`
}
