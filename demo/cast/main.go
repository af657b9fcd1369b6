// cast records a command in a terminal as an asciicast, and draws an asciicast as a picture.
//
//	record.go   command -> cast
//	cast.go     the format: asciicast, version 2
//	screen.go   output of the terminal -> rows and when they had which content
//	draw.go     rows -> SVG that plays
package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
)

const usage = `usage:
  cast record FILE.cast COMMAND [ARGS...]   run a command in a terminal of its own and record what it prints
  cast draw FILE.cast FILE.svg              draw a recording as an animated picture`

func main() {
	err := run(os.Args[1:])
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		os.Exit(exit.ExitCode())
	case err != nil:
		fmt.Fprintln(os.Stderr, "cast:", err)
		os.Exit(2)
	}
}

func run(args []string) error {
	switch {
	case len(args) >= 3 && args[0] == "record":
		return record(args[1], args[2:])
	case len(args) == 3 && args[0] == "draw":
		return drawFile(args[1], args[2])
	}
	return errors.New(usage)
}

func drawFile(from, to string) error {
	raw, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	c, err := read(bytes.NewReader(raw))
	if err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	return os.WriteFile(to, []byte(draw(c)), 0o644)
}
