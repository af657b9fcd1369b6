package main

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// cell is a character and how it looks.
type cell struct {
	char  rune
	style style
}

type style struct {
	bold, dim bool
	color     int // 1 to 8 for the eight colours, 0 for the usual one
}

// screen is a terminal that forgets nothing: rows that have scrolled out of sight stay where they are.
type screen struct {
	width    int
	rows     [][]cell
	row, col int
	style    style
}

// write prints text as a terminal does: characters, line ends, colours, and the sequences by which kudoc redraws a tree.
func (s *screen) write(text string) {
	for len(text) > 0 {
		if arg, command, rest, ok := sequence(text); ok {
			s.control(arg, command)
			text = rest
			continue
		}
		char, size := utf8.DecodeRuneInString(text)
		text = text[size:]
		switch char {
		case '\r':
			s.col = 0
		case '\n':
			s.row++
		case '\t':
			s.col += 8 - s.col%8
		default:
			if char >= ' ' {
				s.put(char)
			}
		}
	}
}

// sequence splits a control sequence off: ESC [ argument letter.
func sequence(text string) (arg string, command byte, rest string, ok bool) {
	if !strings.HasPrefix(text, "\x1b[") {
		return "", 0, text, false
	}
	end := strings.IndexFunc(text[2:], func(r rune) bool { return r >= '@' && r <= '~' })
	if end < 0 {
		return "", 0, "", true
	}
	return text[2 : 2+end], text[2+end], text[2+end+1:], true
}

func (s *screen) put(char rune) {
	if s.col >= s.width {
		s.col = 0
		s.row++
	}
	s.reach()
	for len(s.rows[s.row]) <= s.col {
		s.rows[s.row] = append(s.rows[s.row], cell{char: ' '})
	}
	s.rows[s.row][s.col] = cell{char, s.style}
	s.col++
}

// reach makes the row of the cursor.
func (s *screen) reach() {
	for len(s.rows) <= s.row {
		s.rows = append(s.rows, nil)
	}
}

func (s *screen) control(arg string, command byte) {
	n, _ := strconv.Atoi(arg)
	switch command {
	case 'A':
		s.row = max(0, s.row-max(1, n))
	case 'K':
		s.reach()
		switch n {
		case 0:
			s.rows[s.row] = s.rows[s.row][:min(s.col, len(s.rows[s.row]))]
		case 2:
			s.rows[s.row] = nil
		}
	case 'J':
		s.reach()
		s.rows[s.row] = s.rows[s.row][:min(s.col, len(s.rows[s.row]))]
		s.rows = s.rows[:s.row+1]
	case 'm':
		for code := range strings.SplitSeq(arg, ";") {
			n, _ := strconv.Atoi(code)
			s.style = s.style.with(n)
		}
	}
}

// with is the style after a code of SGR.
func (st style) with(code int) style {
	switch {
	case code == 0:
		return style{}
	case code == 1:
		st.bold = true
	case code == 2:
		st.dim = true
	case code == 22:
		st.bold, st.dim = false, false
	case code >= 30 && code <= 37:
		st.color = code - 29
	case code >= 90 && code <= 97:
		st.color = code - 89
	case code == 39:
		st.color = 0
	}
	return st
}

// version is a content that a row had for a while.
type version struct {
	row      int
	cells    []cell
	from, to float64 // seconds
}

// film is a recording as rows that change, and the rows that the cursor has reached.
type film struct {
	versions []version
	bottoms  []bottom
	end      float64
}

// bottom is how many rows there were from a moment on.
type bottom struct {
	at   float64
	rows int
}

// develop plays a recording. Nothing that happens takes longer than longest, because nobody likes to wait for a server twice,
// and changes that come within a frame are one.
func develop(c cast, longest, frame float64) film {
	s := &screen{width: c.Width}
	var f film
	open := map[int]version{} // what each row has now
	last, clock := 0.0, 0.0
	for i, e := range c.events {
		clock += min(e.at-last, longest)
		last = e.at
		s.write(e.text)
		if i+1 < len(c.events) && c.events[i+1].at-e.at < frame {
			continue
		}
		f.look(s, open, clock)
	}
	f.end = clock
	for _, v := range open {
		v.to = f.end
		f.versions = append(f.versions, v)
	}
	f.versions = slices.DeleteFunc(f.versions, func(v version) bool { return len(v.cells) == 0 })
	slices.SortFunc(f.versions, func(a, b version) int {
		if a.from != b.from {
			return int((a.from - b.from) * 1000)
		}
		return a.row - b.row
	})
	return f
}

// look notes what has changed since the last look.
func (f *film) look(s *screen, open map[int]version, now float64) {
	for row := range max(len(s.rows), len(open)) {
		var cells []cell
		if row < len(s.rows) {
			cells = s.rows[row]
		}
		old, found := open[row]
		if found && slices.Equal(old.cells, cells) {
			continue
		}
		if found {
			old.to = now
			f.versions = append(f.versions, old)
		}
		open[row] = version{row: row, cells: slices.Clone(cells), from: now}
	}
	if rows := max(len(s.rows), s.row); len(f.bottoms) == 0 || f.bottoms[len(f.bottoms)-1].rows != rows {
		f.bottoms = append(f.bottoms, bottom{now, rows})
	}
}
