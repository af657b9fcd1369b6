package render

import "github.com/kudoc/kudoc/internal/render/expression"

// Waiting returns the program for someone who cannot render everything at once that is big: wait is called before a rendering
// takes more than a small part of its budget, and its error ends it.
func (p *Program) Waiting(wait func() error) *Program {
	out := *p
	out.wait = wait
	return &out
}

// within renders with a small part of the budget, if somebody has to be asked for the rest. What needs more starts over with all
// of it: a rendering is pure, and what it has made by then is little.
func within[T any](p *Program, render func(*expression.Budget) (T, error)) (T, error) {
	if p.wait == nil {
		return render(expression.NewBudget())
	}
	small := expression.SmallBudget()
	out, err := render(small)
	if !small.Exceeded() {
		return out, err
	}
	var none T
	if err := p.wait(); err != nil {
		return none, err
	}
	return render(expression.NewBudget())
}
