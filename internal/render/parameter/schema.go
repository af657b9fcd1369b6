package parameter

import "encoding/json"

// Schema is the type of a parameter and what its value must satisfy, as a FrameworkVersion stores it.
type Schema struct {
	// Type is any, bool, int, number, string, list, map or struct.
	Type string `json:"type"`
	// Default is the value of a parameter that is not set, DefaultExpr an expression for it.
	Default     json.RawMessage `json:"default,omitempty"`
	DefaultExpr string          `json:"defaultExpr,omitempty"`
	// Check is an expression over self that a value must satisfy, Want says the same for people.
	Check string `json:"check,omitempty"`
	Want  string `json:"want,omitempty"`
	// Keys is an expression over self that every key of a map must satisfy.
	Keys string `json:"keys,omitempty"`
	// Fields are the fields of a struct, or those of a map that have schemas of their own.
	Fields []Field `json:"fields,omitempty"`
	// Elem is the schema of the elements of a list or a map.
	Elem *Schema `json:"elem,omitempty"`
}

// Field is a field of a struct.
type Field struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	Optional    bool   `json:"optional,omitempty"`
	Schema
}
