// Command plot draws docs/scale-memory.png and docs/scale-time.png from docs/scale.csv, which make bench-runtime writes.
package main

import (
	"encoding/csv"
	"fmt"
	"image"
	"image/png"
	"os"
	"strconv"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
)

// The picture, and the margins around the field of the curve.
const (
	width, height            = 960, 540
	left, right, top, bottom = 90, 40, 70, 70
)

type point struct{ x, y float64 }

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "plot:", err)
		os.Exit(1)
	}
}

func run() error {
	f, err := os.Open("docs/scale.csv")
	if err != nil {
		return err
	}
	rows, err := csv.NewReader(f).ReadAll()
	if err := f.Close(); err != nil {
		return err
	}
	if err != nil || len(rows) < 3 {
		return fmt.Errorf("docs/scale.csv needs two rows at least: %w", err)
	}
	if err := plot("docs/scale-time.png", "Milliseconds for each Instance that is added", rows[1:], 1); err != nil {
		return err
	}
	return plot("docs/scale-memory.png", "Resident memory of the controller in MB", rows[1:], 2)
}

func plot(path, title string, rows [][]string, column int) error {
	var points []point
	most := point{1, 1}
	for _, row := range rows {
		x, err := strconv.ParseFloat(row[0], 64)
		if err != nil {
			return err
		}
		y, err := strconv.ParseFloat(row[column], 64)
		if err != nil {
			return err
		}
		points = append(points, point{x, y})
		most = point{max(most.x, x), max(most.y, y)}
	}
	parsed, err := opentype.Parse(goregular.TTF)
	if err != nil {
		return err
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: 20, DPI: 72, Hinting: font.HintingFull})
	if err != nil {
		return err
	}
	c := canvas{RGBA: image.NewRGBA(image.Rect(0, 0, width, height)), face: face, ticks: point{step(most.x), step(most.y)}}
	c.most = point{c.ticks.x * float64(int(most.x/c.ticks.x+0.999)), c.ticks.y * float64(int(most.y/c.ticks.y+0.999))}
	c.draw(title, points)
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := png.Encode(out, c.RGBA); err != nil {
		return err
	}
	return out.Close()
}
