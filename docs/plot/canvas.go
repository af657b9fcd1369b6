package main

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"strconv"

	"golang.org/x/image/font"
	"golang.org/x/image/math/fixed"
)

// Colours are readable on the white ground that the picture brings along.
var (
	ink   = color.RGBA{0x24, 0x29, 0x2f, 0xff}
	faint = color.RGBA{0xd0, 0xd7, 0xde, 0xff}
	curve = color.RGBA{0x09, 0x69, 0xda, 0xff}
)

type canvas struct {
	*image.RGBA
	face  font.Face
	ticks point // between two lines of the grid
	most  point
}

// step divides an axis into four or more parts of a round length.
func step(most float64) float64 {
	unit := math.Pow(10, math.Floor(math.Log10(most/4)))
	for _, f := range []float64{5, 2} {
		if most/(unit*f) >= 4 {
			return unit * f
		}
	}
	return unit
}

func (c canvas) draw(title string, points []point) {
	draw.Draw(c, c.Bounds(), image.White, image.Point{}, draw.Src)
	c.text(title, left, 40, 0)
	for y := 0.0; y <= c.most.y; y += c.ticks.y {
		c.line(c.at(point{0, y}), c.at(point{c.most.x, y}), 1, faint)
		c.text(strconv.FormatFloat(y, 'f', -1, 64), left-12, c.at(point{0, y}).Y+7, 1)
	}
	for x := 0.0; x <= c.most.x; x += c.ticks.x {
		c.text(strconv.FormatFloat(x, 'f', -1, 64), c.at(point{x, 0}).X, height-bottom+28, 0.5)
	}
	c.text("Instances", (left+width-right)/2, height-14, 0.5)
	for i, p := range points {
		if i > 0 {
			c.line(c.at(points[i-1]), c.at(p), 4, curve)
		}
	}
	for _, p := range points {
		at := c.at(p)
		draw.Draw(c, image.Rect(at.X-6, at.Y-6, at.X+7, at.Y+7), image.NewUniform(curve), image.Point{}, draw.Src)
		c.text(strconv.FormatFloat(p.y, 'f', -1, 64), at.X, at.Y-14, 0.5)
	}
}

func (c canvas) at(p point) image.Point {
	return image.Pt(left+int(p.x/c.most.x*(width-left-right)), height-bottom-int(p.y/c.most.y*(height-top-bottom)))
}

func (c canvas) line(a, b image.Point, thick int, ink color.Color) {
	n := max(abs(b.X-a.X), abs(b.Y-a.Y), 1)
	for i := range n + 1 {
		x, y := a.X+(b.X-a.X)*i/n, a.Y+(b.Y-a.Y)*i/n
		draw.Draw(c, image.Rect(x-thick/2, y-thick/2, x-thick/2+thick, y-thick/2+thick), image.NewUniform(ink), image.Point{}, draw.Src)
	}
}

func abs(n int) int { return max(n, -n) }

// text writes at a place; align is which part of it lies to the left of that.
func (c canvas) text(s string, x, y int, align float64) {
	d := font.Drawer{Dst: c, Src: image.NewUniform(ink), Face: c.face}
	d.Dot = fixed.P(x-int(align*float64(d.MeasureString(s).Round())), y)
	d.DrawString(s)
}
