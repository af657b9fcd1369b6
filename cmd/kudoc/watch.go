package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kudoc/kudoc/internal/given"
)

// quiet is how long sources must have been left alone before they are looked at: editors write files in several steps.
const quiet = 200 * time.Millisecond

// watch runs a verb again whenever a source is saved, until it is interrupted.
func watch(ctx context.Context, io stdio, patterns []string, run func() error) error {
	if _, err := given.FrameworkDirs(patterns); err != nil {
		return err
	}
	seen, before := "", ""
	for first := true; ; first = false {
		now := given.Stamp(patterns)
		if first || now == before && now != seen {
			if err := again(io, run); err != nil {
				return err
			}
			seen = now
		}
		before = now
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(quiet):
		}
	}
}

// again runs a verb, and says that it will do so again. Findings, and frameworks that are not there for now, end nothing.
func again(io stdio, run func() error) error {
	if isTerminal(io.err) {
		fmt.Fprintf(io.err, "\x1b[2J\x1b[H")
	}
	err := run()
	switch {
	case isUsage(err):
		fmt.Fprintln(io.err, "kudoc:", err)
	case err != nil && !errors.Is(err, errReported):
		return err
	}
	_, err = fmt.Fprintf(io.err, "%s: watching for changes, Ctrl-C ends it\n", time.Now().Format(time.TimeOnly))
	return err
}
