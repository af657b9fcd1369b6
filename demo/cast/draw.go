package main

import (
	"fmt"
	"html"
	"slices"
	"strings"
)

// Measures, in pixels. The font is whatever monospaced one there is: every run of characters is given its width.
const (
	charWidth  = 8.0
	lineHeight = 18
	padding    = 18
	titleBar   = 30
)

const (
	longestWait = 0.9  // seconds that a wait is shown for
	frame       = 0.12 // seconds within which changes are one
	finalScreen = 7.0  // seconds for which the end is shown before it starts again
)

// The colours are those of the page: dark on light, light on dark.
const colors = `
.w{fill:#fbfcfd;stroke:#d0d7de}.b{fill:#d0d7de}text{fill:#24292f}.n{fill:#57606a}
.c1{fill:#6e7781}.c2{fill:#cf222e}.c3{fill:#116329}.c4{fill:#7d4e00}.c5{fill:#0550ae}.c6{fill:#8250df}.c7{fill:#1b7c83}.c8{fill:#57606a}
@media (prefers-color-scheme:dark){
.w{fill:#0d1117;stroke:#30363d}.b{fill:#30363d}text{fill:#d6dde4}.n{fill:#8b949e}
.c1{fill:#8b949e}.c2{fill:#ff7b72}.c3{fill:#56d364}.c4{fill:#e3b341}.c5{fill:#79c0ff}.c6{fill:#d2a8ff}.c7{fill:#56d4dd}.c8{fill:#8b949e}}`

const fixed = `
text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono","DejaVu Sans Mono",monospace;white-space:pre}
.s{font-weight:bold}.d{opacity:.65}
g[class]{animation-duration:var(--t);animation-iteration-count:infinite;animation-timing-function:step-end}
@media (prefers-reduced-motion:reduce){g[class]{animation:none!important}}`

// draw makes a picture that plays a recording again and again. Where nothing moves, it is the end of the recording.
func draw(c cast) string {
	f := develop(c, longestWait, frame)
	total := f.end + finalScreen
	w, h := float64(c.Width)*charWidth+2*padding, c.Height*lineHeight+titleBar+padding
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%d" viewBox="0 0 %.0f %d" role="img">`+"\n", w, h, w, h)
	fmt.Fprintf(&b, "<title>%s</title>\n<style>:root{--t:%.2fs}%s%s\n", html.EscapeString(c.Title+", a recording of a terminal"), total, fixed, colors)
	groups, rules := scenes(f, total)
	b.WriteString(rules + scroll(f, c.Height, total) + "</style>\n")
	fmt.Fprintf(&b, `<rect class="w" x=".5" y=".5" width="%.0f" height="%d" rx="9"/>`+"\n", w-1, h-1)
	for i := range 3 {
		fmt.Fprintf(&b, `<circle class="b" cx="%d" cy="16" r="5.5"/>`, padding+4+i*18)
	}
	fmt.Fprintf(&b, "\n"+`<text class="n" x="%.0f" y="20" text-anchor="middle">%s</text>`+"\n", w/2, html.EscapeString(c.Title))
	fmt.Fprintf(&b, `<svg x="%d" y="%d" width="%.0f" height="%d" overflow="hidden"><g class="scroll">`+"\n", padding, titleBar, float64(c.Width)*charWidth, c.Height*lineHeight+4)
	b.WriteString(groups + "</g></svg>\n</svg>\n")
	return b.String()
}

// scenes draws what was there for the same time as one group, with a rule that shows it for that time.
func scenes(f film, total float64) (groups, rules string) {
	type span struct{ from, to float64 }
	var spans []span
	drawn := map[span][]string{}
	for _, v := range f.versions {
		at := span{v.from, v.to}
		if drawn[at] == nil {
			spans = append(spans, at)
		}
		drawn[at] = append(drawn[at], line(v))
	}
	var g, r strings.Builder
	for i, at := range spans {
		stays := at.to >= f.end
		name := fmt.Sprintf("a%d", i)
		fmt.Fprintf(&g, "<g class=\"%s\">%s</g>\n", name, strings.Join(drawn[at], ""))
		hidden := ""
		if !stays {
			hidden = "visibility:hidden;"
		}
		fmt.Fprintf(&r, ".%s{%sanimation-name:%s}@keyframes %s{0%%{visibility:hidden}%s{visibility:visible}", name, hidden, name, name, percent(at.from, total))
		if !stays {
			fmt.Fprintf(&r, "%s{visibility:hidden}", percent(at.to, total))
		}
		r.WriteString("}\n")
	}
	return g.String(), r.String()
}

// scroll moves the rows up when there are more than the screen has.
func scroll(f film, height int, total float64) string {
	var r strings.Builder
	r.WriteString("@keyframes scroll{0%{transform:translateY(0)}")
	seen, end := 0, 0
	for _, b := range f.bottoms {
		seen = max(seen, b.rows)
		if up := max(0, seen-height); up != end {
			end = up
			fmt.Fprintf(&r, "%s{transform:translateY(-%dpx)}", percent(b.at, total), up*lineHeight)
		}
	}
	fmt.Fprintf(&r, "}\n.scroll{transform:translateY(-%dpx);animation-name:scroll}\n", end*lineHeight)
	return r.String()
}

func percent(at, total float64) string { return fmt.Sprintf("%.2f%%", 100*at/total) }

// line draws a row as runs of characters that look the same.
func line(v version) string {
	var b strings.Builder
	y := (v.row+1)*lineHeight - 4
	for start := 0; start < len(v.cells); {
		look := v.cells[start].style
		end := start + 1
		for end < len(v.cells) && v.cells[end].style == look {
			end++
		}
		if text := strings.TrimRight(runes(v.cells[start:end]), " "); text != "" {
			lead := len(text) - len(strings.TrimLeft(text, " "))
			text = text[lead:]
			fmt.Fprintf(&b, `<text x="%.0f" y="%d"%s textLength="%.0f">%s</text>`, float64(start+lead)*charWidth, y, look.class(),
				float64(len([]rune(text)))*charWidth, html.EscapeString(text))
		}
		start = end
	}
	return b.String()
}

func runes(cells []cell) string {
	var b strings.Builder
	for _, c := range cells {
		b.WriteRune(c.char)
	}
	return b.String()
}

func (st style) class() string {
	var classes []string
	if st.bold {
		classes = append(classes, "s")
	}
	if st.dim {
		classes = append(classes, "d")
	}
	if st.color > 0 {
		classes = append(classes, fmt.Sprintf("c%d", st.color))
	}
	if len(classes) == 0 {
		return ""
	}
	slices.Sort(classes)
	return ` class="` + strings.Join(classes, " ") + `"`
}
