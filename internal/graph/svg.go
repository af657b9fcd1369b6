package graph

import (
	"fmt"
	"strings"
)

// style is what does not depend on the surroundings. Fonts are those of the system.
const style = `
svg { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", Arial, sans-serif; }
text { pointer-events: none; }
.flow { fill: none; stroke-width: 1.5; } .card.sometimes { stroke-dasharray: 5 3; } .sometimes { opacity: 0.75; }
.title { font-size: 22px; font-weight: 600; } .plan { font-size: 17px; font-weight: 600; } .phase { font-size: 12px; font-weight: 600; }
.step { font-size: 13px; font-weight: 600; } .task { font-size: 12px; } .verb { font-size: 10px; font-weight: 600; }
.kind { font-size: 11px; } .name { font-size: 11px; } .note { font-size: 11px; } .muted { font-size: 12.5px; }
.when { font-size: 10.5px; font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
`

// palette is the colours of a surrounding.
type palette struct {
	page, panel, group, card, edge, line, ink, soft string
	apply, run, remove, requires                    string
}

var (
	light = palette{"#ffffff", "#f6f8fa", "#ffffff", "#ffffff", "#d0d7de", "#8c959f", "#1f2328", "#59636e", "#0969da", "#8250df", "#cf222e", "#1a7f37"}
	dark  = palette{"#0d1117", "#151b23", "#0d1117", "#1c232d", "#3d444d", "#848d97", "#f0f6fc", "#9198a1", "#4493f8", "#ab7df8", "#f85149", "#3fb950"}
)

// rules are plain ones, without variables, which not every program that draws SVG knows.
func (c *palette) rules() string {
	return strings.Join([]string{
		fill("text", c.ink), fill(".phase, .kind, .note, .muted", c.soft), fill(".verb, .page", c.page), fill(".dot, .head", c.line),
		fill(".panel", c.panel) + stroke(".panel, .group", c.edge), fill(".group", c.group), fill(".card", c.card) + stroke(".card, .flow", c.line),
		fill(".badge.apply", c.apply), fill(".badge.run", c.run), fill(".badge.delete", c.remove), fill(".badge.requires", c.requires),
	}, "\n")
}

func fill(of, colour string) string { return of + " { fill: " + colour + "; }" }

func stroke(of, colour string) string { return " " + of + " { stroke: " + colour + "; }" }

// SVG is the graph as a picture.
func (g *Graph) SVG() string {
	p := g.picture()
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img">`+"\n", p.w, p.h, p.w, p.h)
	fmt.Fprintf(&b, "<title>%s</title>\n", escaped("the plans of "+g.Name+" "+g.Version))
	fmt.Fprintf(&b, "<style>%s%s\n@media (prefers-color-scheme: dark) {\n%s\n}</style>\n", style, light.rules(), dark.rules())
	fmt.Fprintf(&b, `<rect class="page" width="%d" height="%d" rx="10"/>`+"\n", p.w, p.h)
	for i := range p.shapes {
		b.WriteString(p.shapes[i].svg())
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// corners are how round rectangles are.
var corners = map[string]int{"panel": 10, "group": 8, "card": 6, "badge": 4, "dot": 4}

func (s *shape) svg() string {
	switch s.kind {
	case "text":
		return fmt.Sprintf(`<text class=%q x="%d" y="%d">%s</text>`+"\n", s.class, s.x, s.y, escaped(s.text))
	case "line":
		var path strings.Builder
		for i, at := range s.points {
			fmt.Fprintf(&path, "%c%d %d", "ML"[min(i, 1)], at.x, at.y)
		}
		if s.class == "head" {
			path.WriteByte('Z')
		}
		return fmt.Sprintf(`<path class=%q d=%q/>`+"\n", s.class, path.String())
	}
	name, _, _ := strings.Cut(s.class, " ")
	head := fmt.Sprintf(`<rect class=%q x="%d" y="%d" width="%d" height="%d" rx="%d"`, s.class, s.x, s.y, s.w, s.h, corners[name])
	if s.text == "" {
		return head + "/>\n"
	}
	return head + "><title>" + escaped(s.text) + "</title></rect>\n"
}

var inXML = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

func escaped(s string) string { return inXML.Replace(s) }
