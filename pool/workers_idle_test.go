package pool_test

import (
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hotpath-go/hotpath/pool"
)

// How many goroutines there are: these tests look at who ends, and who stays.

// goroutines counts those of Workers in the caller's synctest bubble. Other
// tests' may be on their way out.
func goroutines() (n int) {
	stacks := make([]byte, 1<<20)
	all := strings.Split(string(stacks[:runtime.Stack(stacks, true)]), "\n\n")
	_, bubble, _ := strings.Cut(strings.SplitN(all[0], "]", 2)[0], "synctest bubble ") // the caller comes first
	for _, g := range all {
		if strings.Contains(g, "synctest bubble "+bubble+"]") && strings.Contains(g, "(*worker).run") {
			n++
		}
	}
	return n
}

func TestWorkersIdleOnesEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := pool.Workers{Max: 50, Idle: time.Second}
		var all sync.WaitGroup
		all.Add(50)
		for range 50 {
			must(t, w.Submit(t.Context(), func() { all.Done(); all.Wait() }))
		}
		synctest.Wait()
		if n := goroutines(); n != 50 {
			t.Errorf("%d goroutines, want 50", n)
		}
		for range 2 {
			for range 11 { // one stays in use: the one whose stack is warm
				time.Sleep(100 * time.Millisecond)
				must(t, w.Submit(t.Context(), func() {}))
			}
			synctest.Wait()
			if n := goroutines(); n != 1 {
				t.Errorf("%d goroutines, want 1", n)
			}
			for range 2 { // and another begins to be idle
				must(t, w.Submit(t.Context(), func() { time.Sleep(time.Millisecond) }))
			}
		}
		time.Sleep(3 * time.Second)
		if n := goroutines(); n != 0 {
			t.Errorf("%d goroutines, want 0", n)
		}
		must(t, w.Submit(t.Context(), func() {}))
		time.Sleep(3 * time.Second) // also after there were none
		if n := goroutines(); n != 0 {
			t.Errorf("%d goroutines, want 0", n)
		}
		drained(t, &w)
	})
}

// One that was used a moment ago stays when another is idle for too long.
func TestWorkersUsedOneStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := pool.Workers{Max: 2, Idle: time.Second}
		for range 2 {
			must(t, w.Submit(t.Context(), func() { time.Sleep(time.Millisecond) }))
		}
		time.Sleep(900 * time.Millisecond)
		must(t, w.Submit(t.Context(), nothing))
		time.Sleep(500 * time.Millisecond)
		if n := w.Stats().Goroutines; n != 1 {
			t.Errorf("%d goroutines, want the one that was used", n)
		}
		w.Resize(1)
		must(t, w.Submit(t.Context(), nothing))
		w.Resize(4)
		var all sync.WaitGroup
		all.Add(4)
		for range 4 {
			must(t, w.Submit(t.Context(), func() { all.Done(); all.Wait() }))
		}
		synctest.Wait()
		w.Resize(1)
		if n := w.Stats().Goroutines; n != 1 {
			t.Errorf("%d goroutines after Resize(1), want 1", n)
		}
		drained(t, &w)
	})
}

func TestWorkersResize(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w pool.Workers
		w.Resize(1)
		open := make(chan struct{})
		var inside atomic.Int32
		for range 20 {
			must(t, w.Submit(t.Context(), func() { inside.Add(1); <-open; inside.Add(-1) }))
		}
		for _, most := range []int{1, 5, 2, 8} {
			w.Resize(most)
			synctest.Wait()
			if most > 2 && int(inside.Load()) != most {
				t.Errorf("%d run at once, want %d", inside.Load(), most)
			}
		}
		w.Resize(2)
		for range 8 { // the first 6 are the excess
			open <- struct{}{}
		}
		synctest.Wait()
		if inside.Load() != 2 {
			t.Errorf("%d run at once, want 2", inside.Load())
		}
		close(open)
		drained(t, &w)
	})
}
