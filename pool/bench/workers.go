package bench

import (
	"context"
	"sync"
	"testing"

	"github.com/alitto/pond/v2"
	"github.com/bytedance/gopkg/util/gopool"
	"github.com/panjf2000/ants/v2"

	"github.com/hotpath-go/hotpath/pool"
)

// deep uses n KiB of stack and a little more.
//
//go:noinline
func deep(n int) byte {
	var frame [1024]byte
	frame[n] = byte(n)
	if n > 0 {
		frame[0] = deep(n - 1)
	}
	return frame[0] + frame[n]
}

// batch is how many tasks are submitted before they are waited for.
const batch = 256

// workers count ns per task.
func workers(group string, work func()) []Case {
	rival := func(name string, start func() (submit func(func()), stop func())) Case {
		return Case{group, name, func(b *testing.B) {
			submit, stop := start()
			defer stop()
			var wg sync.WaitGroup
			task := func() { work(); wg.Done() }
			b.ReportAllocs()
			for left := b.N; left > 0; left -= batch {
				n := min(left, batch)
				wg.Add(n)
				for range n {
					submit(task)
				}
				wg.Wait()
			}
		}}
	}
	nothing := func() {}
	return []Case{
		rival("in line, one goroutine", func() (func(func()), func()) {
			return func(f func()) { f() }, nothing
		}),
		rival("go", func() (func(func()), func()) {
			return func(f func()) { go f() }, nothing
		}),
		rival("Workers", func() (func(func()), func()) {
			w := new(pool.Workers)
			ctx := context.Background()
			return func(f func()) { _ = w.Submit(ctx, f) }, func() { _ = w.Drain(ctx) }
		}),
		rival("ants", func() (func(func()), func()) {
			p, err := ants.NewPool(256)
			if err != nil {
				panic(err)
			}
			return func(f func()) { _ = p.Submit(f) }, p.Release
		}),
		rival("pond", func() (func(func()), func()) {
			p := pond.NewPool(256)
			return func(f func()) { _ = p.Go(f) }, p.StopAndWait
		}),
		rival("gopool", func() (func(func()), func()) {
			p := gopool.NewPool("bench", 256, gopool.NewConfig())
			return p.Go, nothing
		}),
		rival("channel", func() (func(func()), func()) {
			c := make(chan func(), 1024)
			for range 2 {
				go func() {
					for f := range c {
						f()
					}
				}()
			}
			return func(f func()) { c <- f }, func() { close(c) }
		}),
	}
}
