package graph

import (
	"fmt"
	"strings"
)

// Sizes, in pixels.
const (
	margin     = 20
	pad        = 12
	line       = 16
	cardMin    = 170
	cardMax    = 330
	header     = 28 // of a phase
	rail       = 22 // from which parallel things branch off
	between    = 34 // phases that follow each other
	together   = 12 // what runs in parallel
	widest     = 1120
	aside      = 14 // panels
	maxObjects = 9  // of a task
)

// picture lays everything out.
func (g *Graph) picture() picture {
	var plans []picture
	w := 420
	for i := range g.Plans {
		p := g.Plans[i].picture()
		plans = append(plans, p)
		w = max(w, p.w+2*pad)
	}
	var all picture
	y := g.heading(&all, w) + 16
	for len(plans) > 0 {
		n := fitting(plans, w)
		row := beside(plans[:n], w)
		all.put(0, y, row)
		y, plans = y+row.h+aside, plans[n:]
	}
	var out picture
	out.put(margin, margin, all)
	out.w, out.h = w+2*margin, y-aside+2*margin
	return out
}

// fitting says how many plans have room beside each other.
func fitting(plans []picture, w int) int {
	used := 0
	for n, p := range plans {
		if used += p.w + 2*pad; used > w && n > 0 {
			return n
		}
		used += aside
	}
	return len(plans)
}

// beside draws plans in a row, each in a panel, which are as high as each other and fill the row.
func beside(plans []picture, w int) picture {
	h := 0
	for _, p := range plans {
		h = max(h, p.h+2*pad)
	}
	var out picture
	x := 0
	for n, p := range plans {
		panel := p.w + 2*pad
		if n == len(plans)-1 {
			panel = w - x
		}
		out.rect("panel", x, 0, panel, h)
		out.put(x+pad, pad, p)
		x += panel + aside
	}
	out.w, out.h = w, h
	return out
}

// heading says which version it is, and what it requires. It returns how high that is.
func (g *Graph) heading(p *picture, w int) int {
	p.text(titleFont, 0, 20, g.Name)
	p.text(mutedFont, titleFont.width(g.Name)+10, 20, g.Version)
	y := 20
	for _, l := range mutedFont.wrap(strings.Fields(g.Description), " ", w) {
		y += 20
		p.text(mutedFont, 0, y, l)
	}
	for _, r := range g.Requires {
		y += 24
		x := badge(p, "requires", 0, y)
		p.text(taskFont, x, y, r.Name)
		rest := fmt.Sprintf("an instance of %s %s", r.Framework, r.Range)
		if len(r.Outputs) > 0 {
			rest += ", of which it reads " + strings.Join(r.Outputs, ", ")
		}
		x += taskFont.width(r.Name) + 8
		p.text(noteFont, x, y, noteFont.fit(rest, w-x))
	}
	return y
}

func (p *Plan) picture() picture {
	var flow picture
	if p.Parallel {
		flow = p.inParallel()
	} else {
		flow = p.inOrder()
	}
	var out picture
	out.text(planFont, 0, 15, p.Name)
	x, y := planFont.width(p.Name)+12, 15
	about := p.about()
	for _, l := range noteFont.wrap(about, " · ", max(flow.w, 620)-x) {
		out.text(noteFont, x, y, l)
		y += line
	}
	out.put(0, y, flow)
	return out
}

// about is what runs a plan, and what a run may say.
func (p *Plan) about() []string {
	out := []string{"when " + p.Starts[0]}
	out = append(out, p.Starts[1:]...)
	if len(p.Params) > 0 {
		out = append(out, "a run may set "+strings.Join(p.Params, ", "))
	}
	if p.Parallel {
		out = append(out, "all phases in parallel")
	}
	return out
}

// at is where arrows reach a phase or a step, from its top.
const at = header / 2

// inOrder draws phases from left to right, in as many rows as it takes.
func (p *Plan) inOrder() picture {
	var out picture
	out.rect("dot", 0, at-4, 8, 8)
	x, y, low := 8, 0, 0
	for i := range p.Phases {
		ph := p.Phases[i].picture()
		from := point{x, y + at}
		x += between
		if i > 0 && x+ph.w > widest {
			turn := low + between/2 - 2
			y = low + between
			x = 8 + between
			out.w = max(out.w, from.x+aside)
			out.arrow(from, point{from.x + 12, from.y}, point{from.x + 12, turn}, point{12, turn}, point{12, y + at}, point{x, y + at})
		} else {
			out.arrow(from, point{x, y + at})
		}
		out.put(x, y, ph)
		x += ph.w
		low = max(low, y+ph.h)
	}
	return out
}

// inParallel draws phases below each other, all of them from one rail.
func (p *Plan) inParallel() picture {
	var out picture
	out.rect("dot", 0, at-4, 8, 8)
	const x = 8 + between
	y, last := 0, 0
	for i := range p.Phases {
		ph := p.Phases[i].picture()
		if i == 0 {
			out.arrow(point{8, at}, point{x, at})
		} else {
			out.arrow(point{8 + between/2, y + at}, point{x, y + at})
		}
		last = y + at
		out.put(x, y, ph)
		y += ph.h + together
	}
	out.line("flow", point{8 + between/2, at}, point{8 + between/2, last})
	return out
}

func (ph *Phase) picture() picture {
	w := phaseFont.width(ph.Name)
	if ph.Parallel {
		w += 16 + noteFont.width("in parallel")
	}
	for i := range ph.Steps {
		w = max(w, ph.Steps[i].width())
	}
	left := pad
	if ph.Parallel {
		left += rail - 4
	}
	var cards picture
	y, tops := 0, []int{}
	for i := range ph.Steps {
		card := ph.Steps[i].picture(w)
		if i > 0 && !ph.Parallel {
			cards.arrow(point{w / 2, y}, point{w / 2, y + 22})
			y += 22
		} else if i > 0 {
			y += together
		}
		cards.put(0, y, card)
		tops = append(tops, y)
		y += card.h
	}
	var out picture
	out.rect("group", 0, 0, left+w+pad, header+y+pad)
	out.text(phaseFont, pad, 18, ph.Name)
	if ph.Parallel {
		const label = "in parallel"
		out.text(noteFont, left+w-noteFont.width(label), 18, label)
		for _, top := range tops {
			out.arrow(point{pad, header + top + 15}, point{left, header + top + 15})
		}
		out.line("flow", point{pad, header + tops[0] + 15}, point{pad, header + tops[len(tops)-1] + 15})
	}
	out.put(left, header, cards)
	out.w, out.h = left+w+pad, header+y+pad
	return out
}
