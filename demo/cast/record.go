package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"unicode/utf8"

	"github.com/creack/pty"
)

// The terminal that is recorded: wide enough for a plan as a tree, small enough to be read on a page.
const width, height = 100, 28

// record runs a command in a terminal of its own. What it prints is shown as well.
func record(file string, command []string) (err error) {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w, err := newWriter(f, cast{Version: 2, Width: width, Height: height, Title: "kudoc: make demo"})
	if err != nil {
		return err
	}
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = append(os.Environ(), "TERM=xterm-256color", "NO_COLOR=")
	terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: height, Cols: width})
	if err != nil {
		return fmt.Errorf("start %s in a terminal: %w", command[0], err)
	}
	defer func() { err = errors.Join(err, terminal.Close()) }()
	// reading fails when the last process has left the terminal, which is its end
	_, _ = io.Copy(io.MultiWriter(os.Stdout, w), terminal)
	return cmd.Wait()
}

// wholeCharacters is how many bytes there are before a character that is cut.
func wholeCharacters(text []byte) int {
	for n := len(text) - 1; n >= 0 && n > len(text)-utf8.UTFMax; n-- {
		if utf8.RuneStart(text[n]) {
			if !utf8.FullRune(text[n:]) {
				return n
			}
			break
		}
	}
	return len(text)
}
