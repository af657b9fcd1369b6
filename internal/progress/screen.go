// Package progress shows plans that run: as a tree that is redrawn in place on a terminal, as lines elsewhere.
package progress

import (
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"
)

// Screen shows a state that changes: on a terminal it is redrawn in place, elsewhere each line is printed once it is new.
type Screen struct {
	w       io.Writer
	fd      int
	live    bool
	Style   Style
	drawn   int
	printed map[string]bool
}

// New makes a screen of a stream.
func New(w io.Writer) *Screen {
	s := &Screen{w: w, printed: map[string]bool{}}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb" {
		s.fd, s.live = int(f.Fd()), true
	}
	s.Style.color = s.live && os.Getenv("NO_COLOR") == ""
	return s
}

// Draw replaces what was drawn before by the lines. On a terminal that is too low, the last lines are shown.
func (s *Screen) Draw(lines []string) {
	if !s.live {
		return
	}
	width, height, err := term.GetSize(s.fd)
	if err != nil || width < 20 || height < 3 {
		width, height = 80, 24
	}
	if len(lines) > height-1 {
		lines = lines[len(lines)-height+1:]
	}
	var b strings.Builder
	if s.drawn > 0 {
		fmt.Fprintf(&b, "\x1b[%dA", s.drawn)
	}
	for _, l := range lines {
		b.WriteString("\r\x1b[2K" + fit(l, width-1) + "\n")
	}
	b.WriteString("\x1b[J")
	s.drawn = len(lines)
	_, _ = io.WriteString(s.w, b.String()) // progress that nobody can see is not worth failing for
}

// Say prints a line that stays, once. On a terminal the drawing says it already.
func (s *Screen) Say(line string) {
	if s.live || s.printed[line] {
		return
	}
	s.printed[line] = true
	fmt.Fprintln(s.w, line)
}

// fit cuts a line to a width in columns, taking no count of colours, and marks where it was cut.
func fit(line string, width int) string {
	var b strings.Builder
	columns, last := 0, 0 // last is how long the text is without its last column
	for i := 0; i < len(line); {
		if line[i] == '\x1b' {
			end := strings.IndexByte(line[i:], 'm')
			if end < 0 {
				break
			}
			b.WriteString(line[i : i+end+1])
			i += end + 1
			continue
		}
		r, size := utf8.DecodeRuneInString(line[i:])
		if columns++; columns > width {
			return b.String()[:last] + "…\x1b[0m"
		}
		last = b.Len()
		b.WriteRune(r)
		i += size
	}
	return b.String()
}
