package bench

import (
	"bytes"
	"runtime"
	"sync"
	"time"

	"github.com/bytedance/gopkg/lang/mcache"
	"github.com/valyala/bytebufferpool"

	"github.com/hotpath-go/hotpath/pool"
)

// Bursts are the ways to hold a buffer of n bytes for as long as hold takes.
func Bursts() map[string]func(n int, hold func()) {
	std := &sync.Pool{New: func() any { return new(bytes.Buffer) }}
	valya := new(bytebufferpool.Pool)
	ours := &pool.Bytes{MaxSize: 8 << 20} // so that it does keep the burst
	return map[string]func(int, func()){
		"sync.Pool of bytes.Buffer": func(n int, hold func()) {
			b := std.Get().(*bytes.Buffer)
			b.Reset()
			b.Grow(n)
			hold()
			std.Put(b)
		},
		"bytebufferpool": func(n int, hold func()) {
			b := valya.Get()
			if cap(b.B) < n {
				b.B = make([]byte, n)
			}
			hold()
			valya.Put(b)
		},
		"mcache": func(n int, hold func()) {
			b := mcache.Malloc(n)
			hold()
			mcache.Free(b)
		},
		"Bytes": func(n int, hold func()) {
			b := ours.Get(n)
			hold()
			ours.Put(b)
		},
		"Buffer": func(n int, hold func()) {
			b := ours.Buffer(n)
			hold()
			b.Release()
		},
	}
}

// AfterBurst returns how many MiB of heap are live, above what were before,
// two garbage collections after 32 goroutines held 8 MiB each, while 16 others
// go on holding 1 KiB each for 300 µs at a time.
func AfterBurst(use func(n int, hold func())) float64 {
	runtime.GC()
	runtime.GC()
	base := liveHeap()
	var burst sync.WaitGroup
	var all sync.WaitGroup
	all.Add(32)
	for range 32 {
		burst.Go(func() { use(8<<20, func() { all.Done(); all.Wait() }) })
	}
	burst.Wait()
	stop := make(chan struct{})
	var steady sync.WaitGroup
	for range 16 {
		steady.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					use(1024, func() { time.Sleep(300 * time.Microsecond) })
				}
			}
		})
	}
	for range 2 {
		time.Sleep(20 * time.Millisecond)
		runtime.GC()
	}
	over := liveHeap() - base
	close(stop)
	steady.Wait()
	return over
}

func liveHeap() float64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / (1 << 20)
}
