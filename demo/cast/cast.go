package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// cast is a recording: how large the terminal was, and what was printed when.
type cast struct {
	Version int    `json:"version"`
	Width   int    `json:"width"`
	Height  int    `json:"height"`
	Title   string `json:"title,omitempty"`
	events  []event
}

type event struct {
	at   float64 // seconds
	text string
}

// read reads an asciicast of version 2: a header, then one event on each line.
func read(r io.Reader) (cast, error) {
	var c cast
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	if !lines.Scan() {
		return c, errors.Join(errors.New("the recording is empty"), lines.Err())
	}
	if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
		return c, fmt.Errorf("read the header: %w", err)
	}
	if c.Version != 2 || c.Width < 1 || c.Height < 1 {
		return c, errors.New("it is no asciicast of version 2")
	}
	for n := 2; lines.Scan(); n++ {
		var at float64
		var kind, text string
		if err := json.Unmarshal(lines.Bytes(), &[]any{&at, &kind, &text}); err != nil {
			return c, fmt.Errorf("line %d: %w", n, err)
		}
		if kind == "o" {
			c.events = append(c.events, event{at, text})
		}
	}
	return c, lines.Err()
}

// writer writes what it is given as events of now.
type writer struct {
	mu    sync.Mutex
	file  *os.File
	began time.Time
	split []byte // the beginning of a character whose end has not come yet
}

func newWriter(file *os.File, c cast) (*writer, error) {
	w := &writer{file: file, began: time.Now()}
	return w, json.NewEncoder(file).Encode(c)
}

func (w *writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	text := append(w.split, p...)
	whole := wholeCharacters(text)
	w.split = append([]byte(nil), text[whole:]...)
	seconds := float64(time.Since(w.began).Milliseconds()) / 1000
	return len(p), json.NewEncoder(w.file).Encode([]any{seconds, "o", string(text[:whole])})
}
