package runtime

import "context"

// bigs is how many Instances may render what is big at the same time: one may need a hundred megabytes, and the controller has 256.
// All others need a megabyte or two each, and wait for nobody.
const bigs = 1

// place is that of one move among those who render what is big. It is kept until the end of the move, because what was rendered
// lives as long. It is for one goroutine.
type place struct {
	among chan struct{}
	taken bool
}

// take waits for the place, unless it is taken already. Its error is that of a context that ends.
func (p *place) take(ctx context.Context) error {
	if p.taken {
		return nil
	}
	select {
	case p.among <- struct{}{}:
		p.taken = true
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// leave gives the place to the next one.
func (p *place) leave() {
	if p.taken {
		p.taken = false
		<-p.among
	}
}
