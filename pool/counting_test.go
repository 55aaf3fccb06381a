package pool

import (
	"math"
	"testing"
)

// BenchmarkCounting is a Get and Put with the counting for Stats, and without:
// a slot that is never due hands nothing in. bench/measure runs it.
func BenchmarkCounting(b *testing.B) {
	run := func(name string, due func(*slot[[1024]byte])) {
		b.Run(name, func(b *testing.B) {
			var p Pool[[1024]byte]
			i := p.Get()
			i.Put()
			due(i.s)
			for b.Loop() {
				i := p.Get()
				i.Value()[0]++
				i.Put()
			}
		})
	}
	run("with", func(*slot[[1024]byte]) {})
	run("without", func(s *slot[[1024]byte]) { s.due = math.MaxUint64 })
}
