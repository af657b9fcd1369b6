package cluster

import (
	"context"
	"fmt"
	"time"

	"github.com/kudoc/kudoc/sandbox/internal/folder"
)

// waitUnlocked waits until no process of the sandbox in dir lives.
func waitUnlocked(ctx context.Context, dir string) error {
	return poll(ctx, 50*time.Millisecond, func(context.Context) error {
		held, err := folder.Locked(dir)
		if err != nil {
			return err
		}
		if held {
			return fmt.Errorf("a process of the sandbox in %s still runs", dir)
		}
		return nil
	})
}

// poll calls check until it returns nil. When ctx ends first, the reason is
// ctx's, with what check last said.
func poll(ctx context.Context, interval time.Duration, check func(context.Context) error) error {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		err := check(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w (last: %w)", context.Cause(ctx), err)
		case <-ticker.C:
		}
	}
}
