//go:build !race && !pooldebug

// For the same reason as in alloc_test.go: its slots must stay.

package pool

import (
	"math"
	"runtime"
	"runtime/debug"
	"slices"
	"testing"
	"time"
)

// BenchmarkCounting is a Get and Put with the counting for Stats, and without:
// a slot that is never due hands nothing in. They are the same code, in slices
// of a third of a millisecond, in the order with, without, without, with: what
// else the machine does meets both. What counting adds is the median of those
// fours. bench/measure runs it.
func BenchmarkCounting(b *testing.B) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // the slots must stay,
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))  // where they are
	var with, without Pool[[1024]byte]
	i := without.Get()
	i.Put()
	i.s.due = math.MaxUint64
	slice := func(p *Pool[[1024]byte]) float64 {
		const n = 20_000
		begin := time.Now()
		for range n {
			i := p.Get()
			i.Value()[0]++
			i.Put()
		}
		return float64(time.Since(begin).Nanoseconds()) / n
	}
	slice(&with)
	added, bare := make([]float64, 0, b.N), make([]float64, 0, b.N)
	for range b.N {
		with1, without1, without2, with2 := slice(&with), slice(&without), slice(&without), slice(&with)
		added = append(added, (with1+with2-without1-without2)/2)
		bare = append(bare, (without1+without2)/2)
	}
	if n := with.misses.Load() + without.misses.Load(); n != 2 {
		b.Fatalf("%d slots were made, want 2", n)
	}
	b.ReportMetric(middle(added), "added-ns")
	b.ReportMetric(middle(bare), "without-ns")
}

func middle(v []float64) float64 { return slices.Sorted(slices.Values(v))[len(v)/2] }
