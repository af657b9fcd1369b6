package parameter

import "strings"

// Error says what is wrong with one parameter.
type Error struct {
	// Path of the parameter, such as tls.port or listeners[0].name.
	Path string
	// Message for people, such as `must be int, not string`.
	Message string
}

// Errors are everything that is wrong with the parameters, sorted by path.
type Errors []Error

// Error joins the messages.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, p := range e {
		lines[i] = p.Path + ": " + p.Message
	}
	return strings.Join(lines, "; ")
}
