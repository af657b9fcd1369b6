package compile

import (
	"path/filepath"
	"testing"
)

func BenchmarkZookeeper(b *testing.B) {
	dir := filepath.Join("..", "..", "frameworks", "zookeeper")
	for _, m := range []struct {
		name     string
		validate bool
	}{{"with validation", true}, {"without validation", false}} {
		b.Run(m.name, func(b *testing.B) {
			for b.Loop() {
				c := &compilation{opts: Options{Dir: dir, KudocVersion: "bench"}}
				passes := []func(){c.load, c.unify, c.check, c.evaluate, c.lower}
				if m.validate {
					passes = append(passes, c.validate)
				}
				for _, pass := range append(passes, c.emit) {
					pass()
				}
				if c.diags.HasErrors() {
					b.Fatal(c.diags.Error())
				}
			}
		})
	}
}
