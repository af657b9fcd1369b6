package lanes

import "context"

// bigs is how many Instances may render what is big at the same time: one may need a hundred megabytes, and the controller has 256.
// All others need a megabyte or two each, and wait for nobody.
const bigs = 1

// Bigs are the places of those who render what is big.
type Bigs chan struct{}

// NewBigs makes them.
func NewBigs() Bigs { return make(Bigs, bigs) }

// Place is one move's, among them. It is kept until the end of the move, because what was rendered lives as long. It is for one
// goroutine.
type Place struct {
	among Bigs
	taken bool
}

// Place is for a move that has not taken one yet.
func (b Bigs) Place() *Place { return &Place{among: b} }

// Take waits for the place, unless it is taken already. Its error is that of a context that ends.
func (p *Place) Take(ctx context.Context) error {
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

// Leave gives the place to the next one.
func (p *Place) Leave() {
	if p.taken {
		p.taken = false
		<-p.among
	}
}
