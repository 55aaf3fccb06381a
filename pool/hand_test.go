package pool_test

import (
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hotpath-go/hotpath/pool"
)

// Goroutines take several tasks at once from a long queue. These tests look for
// what that must not change.

func nothing() {}

// A task that blocks holds up no other while a goroutine is free.
func TestHandHoldsUpNoTask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := pool.Workers{Max: 2}
		first, second := block(t, &w), block(t, &w)
		open := make(chan struct{})
		var ran atomic.Int32
		must(t, w.Submit(t.Context(), func() { <-open }))
		for range 59 {
			must(t, w.Submit(t.Context(), func() { ran.Add(1) }))
		}
		close(first.open)
		synctest.Wait() // the task that blocks has begun, and has others behind it
		close(second.open)
		synctest.Wait()
		if ran.Load() != 59 {
			t.Errorf("%d tasks ran beside the one that blocks, want 59", ran.Load())
		}
		close(open)
		drained(t, &w)
	})
}

// Nor does it while none is: others come to what it holds up, though the queue
// always has more.
func TestHandIsNotForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := pool.Workers{Max: 2}
		first, second := block(t, &w), block(t, &w)
		open := make(chan struct{})
		var ran, others atomic.Int32
		must(t, w.TrySubmit(func() { <-open }))
		const tasks, most = 40, 4000
		for range tasks {
			must(t, w.TrySubmit(func() { ran.Add(1) }))
		}
		var another func()
		another = func() {
			time.Sleep(time.Millisecond)
			if ran.Load() < tasks && others.Add(1) < most {
				_ = w.TrySubmit(another)
			}
		}
		for range 100 {
			must(t, w.TrySubmit(another))
		}
		close(first.open)
		synctest.Wait() // the task that blocks has begun, and has others behind it
		close(second.open)
		for ran.Load() < tasks && others.Load() < most {
			time.Sleep(time.Millisecond)
		}
		if ran.Load() != tasks {
			t.Errorf("%d of %d tasks ran, and %d that came later", ran.Load(), tasks, others.Load())
		}
		close(open)
		drained(t, &w)
	})
}

// Who takes the last task of the queue wakes another for what is in hands. On
// one core the first goroutine stops at task 0 with some in hand, the second
// goes through the queue as far as the last task but one, the third takes the
// last, and the fourth is parked.
func TestHandWakesTheParked(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	synctest.Test(t, func(t *testing.T) {
		w := pool.Workers{Max: 4}
		for range 4 {
			must(t, w.Submit(t.Context(), func() { time.Sleep(time.Second) }))
		}
		time.Sleep(2 * time.Second) // all are parked
		open := make(chan struct{})
		var ran atomic.Int32
		const tasks = 20
		for n := range tasks {
			must(t, w.TrySubmit(func() {
				if n == 0 || n >= tasks-2 {
					<-open
				}
				ran.Add(1)
			}))
		}
		synctest.Wait()
		if ran.Load() != tasks-3 {
			t.Errorf("%d tasks ran beside three that block, want %d", ran.Load(), tasks-3)
		}
		close(open)
		drained(t, &w)
	})
}

// One goroutine runs tasks in the order in which they came, and Stats are exact
// in the middle of it.
func TestHandKeepsOrder(t *testing.T) {
	w := pool.Workers{Max: 1}
	g := block(t, &w)
	const tasks = 200
	var order []int
	for n := range tasks {
		must(t, w.TrySubmit(func() {
			order = append(order, n)
			if n%20 != 0 {
				if h := w.Holders(); h > 1 {
					t.Errorf("task %d: one goroutine is listed %d times", n, h)
				}
				return
			}
			if s := w.Stats(); s.Queued != tasks-1-n || s.Running != 1 {
				t.Errorf("task %d: %+v, want 1 running and %d queued", n, s, tasks-1-n)
			}
		}))
	}
	close(g.open)
	drained(t, &w)
	if len(order) != tasks || !slices.IsSorted(order) {
		t.Errorf("got order %v", order)
	}
}

// The bound of the queue counts what has not begun, and nothing else.
func TestHandCountsAsQueued(t *testing.T) {
	const queue, tasks = 64, 24
	for at := range tasks {
		w := pool.Workers{Max: 1, Queue: queue}
		g := block(t, &w)
		for n := range tasks {
			must(t, w.TrySubmit(func() {
				if n != at {
					return
				}
				room := 0
				for w.TrySubmit(nothing) == nil {
					room++
				}
				if want := queue - (tasks - 1 - n); room != want {
					t.Errorf("there was room for %d tasks when task %d of %d ran, want %d", room, n, tasks, want)
				}
			}))
		}
		close(g.open)
		must(t, w.Wait(t.Context()))
		drained(t, &w)
	}
}

// Who waits for room has it when a task begins, not when some have.
func TestHandTellsSubmitters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := pool.Workers{Max: 1, Queue: 16}
		second := func() { time.Sleep(time.Second) }
		for range 17 {
			must(t, w.Submit(t.Context(), second))
		}
		var accepted atomic.Int32
		for range 40 {
			go func() {
				_ = w.Submit(t.Context(), second)
				accepted.Add(1)
			}()
		}
		for n := range int32(41) {
			synctest.Wait()
			if accepted.Load() != n {
				t.Fatalf("after %d s %d of those who wait have room", n, accepted.Load())
			}
			time.Sleep(time.Second)
		}
		drained(t, &w)
	})
}

// Tasks that have ended are not kept alive, also while one behind them lasts.
func TestHandLetsGo(t *testing.T) {
	w := pool.Workers{Max: 1}
	g := block(t, &w)
	var freed atomic.Int32
	open := make(chan struct{})
	const tasks, lasts = 50, 5
	for n := range tasks {
		big := new([1 << 10]byte)
		runtime.AddCleanup(big, func(int) { freed.Add(1) }, 0)
		must(t, w.TrySubmit(func() {
			if n == lasts {
				<-open
			}
			big[0]++
		}))
	}
	close(g.open)
	waitFor(t, func() bool { runtime.GC(); return freed.Load() == lasts })
	close(open)
	waitFor(t, func() bool { runtime.GC(); return freed.Load() == tasks })
	drained(t, &w)
}

// A goroutine that is one too many leaves what it has in hand.
func TestHandIsLeftAtResize(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := pool.Workers{Max: 2}
		first, second := block(t, &w), block(t, &w)
		open := make(chan struct{})
		var shrunk atomic.Bool
		var now, most atomic.Int32
		for range 60 {
			must(t, w.TrySubmit(func() {
				if !shrunk.Load() {
					<-open
					return
				}
				most.Store(max(most.Load(), now.Add(1)))
				time.Sleep(time.Second)
				now.Add(-1)
			}))
		}
		close(first.open)
		close(second.open)
		synctest.Wait() // both goroutines have one that waits, and others behind it
		shrunk.Store(true)
		w.Resize(1)
		close(open)
		must(t, w.Wait(t.Context()))
		if most.Load() != 1 {
			t.Errorf("%d tasks ran at once, want 1", most.Load())
		}
		drained(t, &w)
	})
}

// What comes after a task that ends its goroutine runs, in order.
func TestHandOutlivesItsGoroutine(t *testing.T) {
	w := pool.Workers{Max: 1, Panic: func(any) {}}
	g := block(t, &w)
	var order []int
	for n := range 300 {
		must(t, w.TrySubmit(func() {
			order = append(order, n)
			switch {
			case n%7 == 0:
				panic("task")
			case n%11 == 0:
				runtime.Goexit()
			}
		}))
	}
	close(g.open)
	must(t, w.Wait(t.Context()))
	if len(order) != 300 || !slices.IsSorted(order) {
		t.Errorf("got order %v", order)
	}
	drained(t, &w)
}
