package pool_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/hotpath-go/hotpath/pool"
)

// kilobyte stands for a request's state: big enough that allocating it hurts.
type kilobyte struct{ b [1024]byte }

type resettable struct{ b [1024]byte }

func (r *resettable) Reset() { r.b[0] = 0 }

func BenchmarkValue(b *testing.B) {
	b.Run("sync.Pool", func(b *testing.B) {
		p := sync.Pool{New: func() any { return new(kilobyte) }}
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				v := p.Get().(*kilobyte)
				v.b[0]++
				p.Put(v)
			}
		})
	})
	b.Run("Unchecked", func(b *testing.B) {
		var p pool.Unchecked[kilobyte]
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				v := p.Get()
				v.b[0]++
				p.Put(v)
			}
		})
	})
	b.Run("Unchecked/Reset", func(b *testing.B) {
		var p pool.Unchecked[resettable]
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				v := p.Get()
				v.b[0]++
				p.Put(v)
			}
		})
	})
	b.Run("Pool", func(b *testing.B) {
		var p pool.Pool[kilobyte]
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				i := p.Get()
				i.Value().b[0]++
				i.Put()
			}
		})
	})
	b.Run("Pool/Reset", func(b *testing.B) {
		var p pool.Pool[resettable]
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				i := p.Get()
				i.Value().b[0]++
				i.Put()
			}
		})
	})
	b.Run("new", func(b *testing.B) {
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				touch(new(kilobyte))
			}
		})
	})
}

// touch is a variable so that the compiler cannot see that the value it gets
// stays in the function, and has to take it from the heap.
var touch = func(k *kilobyte) { k.b[0]++ }

// mixedSizes is 98 % up to 8 KiB, log-uniform, and 2 % from 256 KiB to 1 MiB.
func mixedSizes() []int {
	r := rand.New(rand.NewPCG(1, 2))
	sizes := make([]int, 1024)
	for i := range sizes {
		sizes[i] = int(64 * math.Exp2(7*r.Float64()))
		if r.IntN(50) == 0 {
			sizes[i] = int(256 << 10 * math.Exp2(2*r.Float64()))
		}
	}
	return sizes
}

func BenchmarkBytes(b *testing.B) {
	sets := []struct {
		name  string
		sizes []int
	}{{"size=1KB", []int{1024}}, {"size=mixed", mixedSizes()}}
	for _, set := range sets {
		b.Run(set.name, func(b *testing.B) { benchmarkSizes(b, set.sizes) })
	}
}

func benchmarkSizes(b *testing.B, sizes []int) {
	run := func(name string, use func(n int)) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for i := 0; pb.Next(); i++ {
					use(sizes[i%len(sizes)])
				}
			})
		})
	}
	boxes := sync.Pool{New: func() any { return new(bytes.Buffer) }}
	run("sync.Pool_of_bytes.Buffer", func(n int) {
		buf := boxes.Get().(*bytes.Buffer)
		buf.Reset()
		buf.Grow(n)
		buf.AvailableBuffer()[:n][0] = 1
		boxes.Put(buf)
	})
	var mem pool.Bytes
	run("Bytes", func(n int) {
		s := mem.Get(n)
		s[0] = 1
		mem.Put(s)
	})
	run("Buffer", func(n int) {
		buf := mem.Buffer(n)
		buf.AvailableBuffer()[:n][0] = 1
		buf.Release()
	})
	run("make", func(n int) { touchBytes(make([]byte, n)) })
}

// touchBytes does for make what touch does for new.
var touchBytes = func(b []byte) { b[0] = 1 }
