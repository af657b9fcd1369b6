// Package object reads and writes the objects of an Instance, and knows which of them are its own.
package object
