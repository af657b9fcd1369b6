package graph

import (
	"fmt"
	"strings"
)

// width is how wide the card of a step wants to be.
func (s *Step) width() int {
	w := stepFont.width(s.Name)
	if n := strings.Join(s.Notes, ", "); n != "" {
		w += 14 + noteFont.width(n)
	}
	if s.When != "" {
		w = max(w, ifWidth+whenFont.width(s.When))
	}
	for _, t := range s.Tasks {
		w = max(w, badgeWidth(t.Verb)+taskFont.width(t.Name))
		for _, o := range t.Objects {
			w = max(w, indent+kindFont.width(o.Kind)+gap+nameFont.width(o.Name))
		}
	}
	return min(max(w+2*pad, cardMin), cardMax)
}

const (
	indent  = 8
	gap     = 6
	ifWidth = 16
)

// picture is the card of a step.
func (s *Step) picture(w int) picture {
	var in picture
	inner := w - 2*pad
	notes := strings.Join(s.Notes, ", ")
	in.text(stepFont, 0, 11, stepFont.fit(s.Name, inner-noteFont.width(notes)))
	if notes != "" {
		in.text(noteFont, inner-noteFont.width(notes), 11, notes)
	}
	y := 11
	if s.When != "" {
		in.text(noteFont, 0, y+line, "if")
		for _, l := range whenFont.wrap(strings.Fields(s.When), " ", inner-ifWidth) {
			y += line
			in.text(whenFont, ifWidth, y, whenFont.fit(l, inner-ifWidth))
		}
	}
	for _, t := range s.Tasks {
		y += line + 6
		x := badge(&in, t.Verb, 0, y)
		in.text(taskFont, x, y, taskFont.fit(t.Name, inner-x))
		y = t.objects(&in, y, inner)
	}
	var out picture
	class := "card"
	if s.When != "" {
		class += " sometimes"
	}
	out.rect(class, 0, 0, w, y+pad+8)
	out.shapes[0].text = strings.Join(s.lines(), "\n")
	out.put(pad, pad-2, in)
	out.w, out.h = w, y+pad+8
	return out
}

// nothing is what a task makes for the defaults if it makes an object for each element of a parameter.
const nothing = "nothing by default"

// objects lists the objects of a task below it.
func (t *Task) objects(p *picture, y, w int) int {
	if len(t.Objects) == 0 {
		y += line
		p.text(noteFont, indent, y, noteFont.fit(nothing, w-indent))
	}
	for n, o := range t.Objects {
		y += line
		if left := len(t.Objects) - n; n >= maxObjects-1 && left > 1 {
			p.text(noteFont, indent, y, fmt.Sprintf("and %d more", left))
			return y
		}
		kind, name := kindFont, nameFont
		if o.Sometimes {
			kind, name = kindLight, nameLight
		}
		x := indent
		if o.Kind != "" {
			p.text(kind, x, y, kind.fit(o.Kind, w-x))
			x += kind.width(o.Kind) + gap
		}
		if w-x > 20 {
			p.text(name, x, y, name.fit(o.Name, w-x))
		}
	}
	return y
}

// badge writes a word in a box, and returns where text goes on.
func badge(p *picture, word string, x, y int) int {
	w := badgeWidth(word) - gap
	p.rect("badge "+word, x, y-11, w, 15)
	p.text(verbFont, x+5, y, word)
	return x + w + gap
}

func badgeWidth(word string) int { return verbFont.width(word) + 10 + gap }
