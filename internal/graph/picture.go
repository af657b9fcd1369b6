package graph

import "strings"

// picture is shapes, at places that are relative to it.
type picture struct {
	w, h   int
	shapes []shape
}

// shape is a rectangle, a line or a text. What it looks like, its class says.
type shape struct {
	kind, class string
	x, y, w, h  int
	// text of a text; of another shape, what it says to those who point at it
	text string
	// points of a line
	points []point
}

type point struct{ x, y int }

// put draws a picture into another one.
func (p *picture) put(x, y int, q picture) {
	for _, s := range q.shapes {
		s.x, s.y = s.x+x, s.y+y
		moved := make([]point, len(s.points))
		for i, at := range s.points {
			moved[i] = point{at.x + x, at.y + y}
		}
		s.points = moved
		p.shapes = append(p.shapes, s)
	}
	p.w, p.h = max(p.w, x+q.w), max(p.h, y+q.h)
}

func (p *picture) rect(class string, x, y, w, h int) {
	p.shapes = append(p.shapes, shape{kind: "rect", class: class, x: x, y: y, w: w, h: h})
}

// text writes a line, of which y is the baseline.
func (p *picture) text(f font, x, y int, s string) {
	p.shapes = append(p.shapes, shape{kind: "text", class: f.class, x: x, y: y, text: s})
	p.w = max(p.w, x+f.width(s))
}

// line draws a line; an arrow ends in a head.
func (p *picture) line(class string, points ...point) {
	p.shapes = append(p.shapes, shape{kind: "line", class: class, points: points})
}

func (p *picture) arrow(points ...point) {
	p.line("flow", points...)
	end, before := points[len(points)-1], points[len(points)-2]
	const long, half = 7, 4
	a, b := point{end.x - long, end.y - half}, point{end.x - long, end.y + half}
	if end.x == before.x { // down
		a, b = point{end.x - half, end.y - long}, point{end.x + half, end.y - long}
	}
	p.line("head", a, end, b)
}

// font is a way to write, and how wide it is: the class says it to those who draw, the numbers to those who lay out.
type font struct {
	class string
	size  float64
	wide  float64 // in relation to a plain letter of its size
	mono  bool
}

var (
	titleFont = font{class: "title", size: 22, wide: 1.1}
	planFont  = font{class: "plan", size: 17, wide: 1.1}
	phaseFont = font{class: "phase", size: 12, wide: 1.08}
	stepFont  = font{class: "step", size: 13, wide: 1.1}
	taskFont  = font{class: "task", size: 12, wide: 1.02}
	verbFont  = font{class: "verb", size: 10, wide: 1.1}
	kindFont  = font{class: "kind", size: 11, wide: 1.02}
	nameFont  = font{class: "name", size: 11, wide: 1.02}
	noteFont  = font{class: "note", size: 11, wide: 1.02}
	whenFont  = font{class: "when", size: 10.5, mono: true}
	mutedFont = font{class: "muted", size: 12.5, wide: 1.02}
	kindLight = font{class: "kind sometimes", size: 11, wide: 1.02}
	nameLight = font{class: "name sometimes", size: 11, wide: 1.02}
)

// width is how wide a text is, rather too much: fonts differ from system to system.
func (f font) width(s string) int {
	total := 0.0
	for _, r := range s {
		total += f.em(r)
	}
	return int(total*f.size + 0.999)
}

func (f font) em(r rune) float64 {
	if f.mono {
		return 0.62
	}
	e := 0.58
	switch {
	case strings.ContainsRune("iljtfIr.,:;'|!()[]/ -", r):
		e = 0.36
	case strings.ContainsRune("mwMWO@%…", r):
		e = 0.9
	case r >= 'A' && r <= 'Z':
		e = 0.7
	case r > 0x2000:
		e = 1
	}
	return e * f.wide
}

// fit cuts a text that is too wide.
func (f font) fit(s string, w int) string {
	if f.width(s) <= w {
		return s
	}
	runes := []rune(s)
	for len(runes) > 1 && f.width(string(runes)+"…") > w {
		runes = runes[:len(runes)-1]
	}
	return strings.TrimRight(string(runes), " ") + "…"
}

// wrap breaks a text into lines.
func (f font) wrap(words []string, between string, w int) []string {
	var out []string
	line := ""
	for _, word := range words {
		longer := word
		if line != "" {
			longer = line + between + word
		}
		if line != "" && f.width(longer) > w {
			out = append(out, line)
			longer = word
		}
		line = longer
	}
	if line != "" {
		out = append(out, line)
	}
	return out
}
