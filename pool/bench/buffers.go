package bench

import (
	"bytes"
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/bytedance/gopkg/lang/mcache"
	libp2p "github.com/libp2p/go-buffer-pool"
	"github.com/oxtoacart/bpool"
	"github.com/valyala/bytebufferpool"
	"google.golang.org/grpc/mem"

	"github.com/hotpath-go/hotpath/pool"
)

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

// touchBytes does for make what touch does for new.
var touchBytes = func(b []byte) { b[0] = 1 }

// buffers take a buffer for each size in turn, write one byte, and put it.
func buffers(group string, sizes []int) []Case {
	sized := func(name string, use func(n int)) Case {
		return Case{group, name, func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for i := 0; pb.Next(); i++ {
					use(sizes[i%len(sizes)])
				}
			})
		}}
	}
	var (
		std    = sync.Pool{New: func() any { return new(bytes.Buffer) }}
		valya  bytebufferpool.Pool
		fixed  = bpool.NewSizedBufferPool(64, 4096)
		ours   pool.Bytes
		bare   pool.UncheckedBytes
		libpre = libp2p.GlobalPool
		grpc   = mem.DefaultBufferPool()
	)
	return []Case{
		sized("mcache", func(n int) {
			b := mcache.Malloc(n)
			b[0] = 1
			mcache.Free(b)
		}),
		sized("Bytes", func(n int) {
			b := ours.Get(n)
			b[0] = 1
			ours.Put(b)
		}),
		sized("UncheckedBytes", func(n int) {
			b := bare.Get(n)
			b[0] = 1
			bare.Put(b)
		}),
		sized("Buffer", func(n int) {
			b := ours.Buffer(n)
			b.AvailableBuffer()[:n][0] = 1
			b.Release()
		}),
		sized("sync.Pool of bytes.Buffer", func(n int) {
			b := std.Get().(*bytes.Buffer)
			b.Reset()
			b.Grow(n)
			b.AvailableBuffer()[:n][0] = 1
			std.Put(b)
		}),
		sized("bytebufferpool", func(n int) {
			b := valya.Get()
			if cap(b.B) < n {
				b.B = make([]byte, n)
			}
			b.B = b.B[:n]
			b.B[0] = 1
			valya.Put(b)
		}),
		sized("go-buffer-pool", func(n int) {
			b := libpre.Get(n)
			b[0] = 1
			libpre.Put(b)
		}),
		sized("grpc mem", func(n int) {
			b := grpc.Get(n)
			(*b)[0] = 1
			grpc.Put(b)
		}),
		sized("bpool", func(n int) {
			b := fixed.Get()
			b.Grow(n)
			b.AvailableBuffer()[:n][0] = 1
			fixed.Put(b)
		}),
		sized("make", func(n int) { touchBytes(make([]byte, n)) }),
	}
}

// Waste returns by how much the capacities of buffers exceed what was asked
// for, on average over sizes from 64 B to 1 MiB, log-uniform.
func Waste(take func(n int) int) float64 {
	r := rand.New(rand.NewPCG(3, 4))
	var sum float64
	const rounds = 20_000
	for range rounds {
		n := int(64 * math.Exp2(14*r.Float64()))
		sum += float64(take(n))/float64(n) - 1
	}
	return sum / rounds
}

// Wastes is Waste of those with classes.
func Wastes() map[string]float64 {
	var ours pool.Bytes
	return map[string]float64{
		"Bytes": Waste(func(n int) int {
			b := ours.Get(n)
			defer ours.Put(b)
			return cap(b)
		}),
		"mcache": Waste(func(n int) int {
			b := mcache.Malloc(n)
			defer mcache.Free(b)
			return cap(b)
		}),
	}
}
