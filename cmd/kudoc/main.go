// Command kudoc compiles frameworks written in CUE and operates their instances. Installed as kubectl-kudoc, it is a
// kubectl plugin.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/kudoc/kudoc/internal/cluster"
	"github.com/kudoc/kudoc/internal/given"
)

// version is set by the linker.
var version = "dev"

// agent is how requests name who sends them.
func agent() string { return "kudoc/" + version }

// Exit codes of every verb.
const (
	exitOK    = 0
	exitFound = 1 // findings in a framework, or the verb failed
	exitUsage = 2 // wrong flags or arguments
)

func main() { os.Exit(Main()) }

// Main runs kudoc with the process's own arguments and streams and returns the exit code.
func Main() int {
	// most commands end before a collection would have paid off; those that do not are bounded
	debug.SetGCPercent(1600)
	debug.SetMemoryLimit(1 << 30)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return run(ctx, os.Args, stdio{in: os.Stdin, out: os.Stdout, err: os.Stderr})
}

// stdio are the streams of a run: results go to out, progress and errors to err.
type stdio struct {
	in       io.Reader
	out, err io.Writer
}

// errReported ends a run whose findings have been printed.
var errReported = errors.New("reported")

// usageError is a mistake in the command line.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func usagef(format string, args ...any) error { return &usageError{fmt.Errorf(format, args...)} }

// isUsage says whether an error is a mistake in the command line.
func isUsage(err error) bool {
	var usage *usageError
	var mistake *given.Mistake
	return errors.As(err, &usage) || errors.As(err, &mistake)
}

// waitError ends a wait for a plan of an instance.
type waitError struct {
	instance string
	err      error
}

func (e *waitError) Error() string { return e.err.Error() }
func (e *waitError) Unwrap() error { return e.err }

func waited(instance string, err error) error {
	if err == nil {
		return nil
	}
	return &waitError{instance, err}
}

// goesOn says what becomes of a plan when only the wait for it was interrupted.
func goesOn(err error) string {
	var w *waitError
	if !errors.As(err, &w) {
		return ""
	}
	return fmt.Sprintf(": the plan goes on; 'kudoc status %s -w' shows it, and 'kudoc cancel %s' stops it", w.instance, w.instance)
}

// run is the only place that turns errors into messages and exit codes.
func run(ctx context.Context, args []string, io stdio) int {
	name := strings.TrimSuffix(filepath.Base(args[0]), filepath.Ext(args[0]))
	root := newRootCmd(io, strings.HasPrefix(name, "kubectl-"))
	root.SetArgs(args[1:])
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errReported):
		return exitFound
	case errors.Is(err, syscall.EPIPE):
		return exitFound // the reader went away; it knows
	case isUsage(err):
		fmt.Fprintf(io.err, "kudoc: %v\nrun '%s %s' for help\n", err, root.DisplayName(), helpFor(root, args[1:]))
		return exitUsage
	case ctx.Err() != nil:
		fmt.Fprintln(io.err, "kudoc: interrupted"+goesOn(err))
		return exitFound
	}
	fmt.Fprintln(io.err, "kudoc:", cluster.Reached(err))
	return exitFound
}
