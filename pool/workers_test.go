package pool_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hotpath-go/hotpath/pool"
)

// drained ends w and fails the test if tasks or goroutines stay.
func drained(t *testing.T, w *pool.Workers) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := w.Drain(ctx); err != nil {
		t.Fatalf("Drain: %v; a wake-up was lost", err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestWorkersRunAll(t *testing.T) {
	w := pool.Workers{Max: 3}
	var ran, now, most atomic.Int32
	for range 5000 {
		must(t, w.Submit(t.Context(), func() {
			n := now.Add(1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
			runtime.Gosched()
			now.Add(-1)
			ran.Add(1)
		}))
	}
	must(t, w.Wait(t.Context()))
	if ran.Load() != 5000 || most.Load() > 3 {
		t.Errorf("%d tasks ran, up to %d at once; want 5000 and at most 3", ran.Load(), most.Load())
	}
	drained(t, &w)
}

// Tasks that wait for each other get a goroutine each, up to Max.
func TestWorkersReachMax(t *testing.T) {
	w := pool.Workers{Max: 10}
	var all sync.WaitGroup
	all.Add(10)
	for range 10 {
		must(t, w.Submit(t.Context(), func() { all.Done(); all.Wait() }))
	}
	drained(t, &w)
}

// gate is a task that runs until it is opened.
type gate struct{ entered, open chan struct{} }

func block(t *testing.T, w *pool.Workers) gate {
	t.Helper()
	g := gate{make(chan struct{}), make(chan struct{})}
	must(t, w.Submit(t.Context(), func() { close(g.entered); <-g.open }))
	<-g.entered
	return g
}

// blocked waits until somebody waits for room.
func blocked(t *testing.T, w *pool.Workers) {
	t.Helper()
	waitFor(t, func() bool { return w.Stats().Blocked == 1 })
}

func TestWorkersQueueIsBounded(t *testing.T) {
	w := pool.Workers{Max: 1, Queue: 2}
	g := block(t, &w)
	nop := func() {}
	must(t, w.TrySubmit(nop))
	must(t, w.TrySubmitKey(1, nop))
	if err := w.TrySubmit(nop); err != pool.ErrFull {
		t.Errorf("got %v, want ErrFull", err)
	}
	if err := w.TrySubmitKey(1, nop); err != pool.ErrFull {
		t.Errorf("got %v, want ErrFull", err)
	}
	var none context.Context
	mustPanic(t, "nil context", func() { _ = w.Submit(none, nop) })
	if s := w.Stats(); s.Blocked != 0 {
		t.Errorf("%+v, want nobody who waits", s)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cause := make(chan error)
	go func() { cause <- w.Submit(ctx, func() { t.Error("ran though it was given up") }) }()
	blocked(t, &w)
	cancel()
	if err := <-cause; err != context.Canceled {
		t.Errorf("got %v, want the context's error", err)
	}
	go func() { cause <- w.SubmitKey(t.Context(), 1, nop) }()
	blocked(t, &w)
	close(g.open)
	must(t, <-cause)
	drained(t, &w)
}

// Blocked submitters are served in their order, before newcomers.
func TestWorkersSubmittersKeepOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := pool.Workers{Max: 1, Queue: 1}
		g := block(t, &w)
		var got []int
		must(t, w.TrySubmit(func() {}))
		for n := range 20 {
			go func() { _ = w.Submit(t.Context(), func() { got = append(got, n) }) }()
			synctest.Wait()
		}
		close(g.open)
		synctest.Wait()
		if len(got) != 20 || !slices.IsSorted(got) {
			t.Errorf("got order %v", got)
		}
		drained(t, &w)
	})
}

func TestWorkersDrain(t *testing.T) {
	w := pool.Workers{Max: 1, Queue: 1}
	g := block(t, &w)
	ran := false
	must(t, w.TrySubmit(func() { ran = true }))
	refused := make(chan error)
	go func() { refused <- w.Submit(t.Context(), func() { t.Error("ran though it was refused") }) }()
	blocked(t, &w)
	short, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if err := w.Drain(short); err != context.DeadlineExceeded {
		t.Errorf("got %v, want the context's error", err)
	}
	if err := <-refused; err != pool.ErrClosed {
		t.Errorf("a blocked submitter got %v, want ErrClosed", err)
	}
	if err := w.TrySubmit(func() {}); err != pool.ErrClosed {
		t.Errorf("got %v, want ErrClosed", err)
	}
	close(g.open)
	drained(t, &w)
	drained(t, &w)
	if !ran {
		t.Error("a task accepted before Drain did not run")
	}
	var unused pool.Workers
	drained(t, &unused)
	if err := unused.Submit(t.Context(), func() {}); err != pool.ErrClosed {
		t.Errorf("got %v, want ErrClosed", err)
	}
}

// After Drain no task is left, and no goroutine.
func TestWorkersDrainWaits(t *testing.T) {
	for range scaled(t, 300) {
		w := pool.Workers{Max: 3}
		var ran atomic.Int32
		for range 10 {
			must(t, w.TrySubmit(func() { runtime.Gosched(); ran.Add(1) }))
		}
		drained(t, &w)
		if n := w.Stats().Goroutines; n != 0 || ran.Load() != 10 {
			t.Fatalf("%d goroutines left, %d tasks ran; want none and 10", n, ran.Load())
		}
	}
}

// Each key's tasks run one at a time and in order, also across goroutines.
func TestWorkersKeysKeepOrder(t *testing.T) {
	w := pool.Workers{Max: 4, Queue: 50}
	const keys, each = 20, 500
	var next [keys]int // guarded by the order, or the race detector complains
	var wg sync.WaitGroup
	for key := range uint64(keys) {
		wg.Go(func() {
			for n := range each {
				err := w.SubmitKey(context.Background(), key, func() {
					if next[key] != n {
						t.Errorf("key %d: task %d ran when %d was due", key, n, next[key])
					}
					next[key]++
					if n%50 == 0 {
						runtime.Gosched()
					}
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	drained(t, &w)
	for key, n := range next {
		if n != each {
			t.Errorf("key %d: %d tasks ran, want %d", key, n, each)
		}
	}
}

// A key whose task blocks stops no other key, and a busy key does not starve one.
func TestWorkersKeysTakeTurns(t *testing.T) {
	w := pool.Workers{Max: 1}
	g := block(t, &w)
	var order []uint64
	for range 3 {
		must(t, w.SubmitKey(t.Context(), 1, func() { order = append(order, 1) }))
	}
	must(t, w.SubmitKey(t.Context(), 2, func() { order = append(order, 2) }))
	close(g.open)
	drained(t, &w)
	if !slices.Equal(order, []uint64{1, 2, 1, 1}) {
		t.Errorf("keys ran in order %v", order)
	}
}

func TestWorkersSurvivePanics(t *testing.T) {
	var panics, ran atomic.Int32
	broken := errors.New("broken")
	w := pool.Workers{Max: 2, Panic: func(v any) {
		if v != broken {
			t.Errorf("got %v", v)
		}
		panics.Add(1)
	}}
	for n := range 300 {
		task := func() { ran.Add(1) }
		switch n % 3 {
		case 1:
			task = func() { panic(broken) }
		case 2:
			task = runtime.Goexit
		}
		must(t, w.Submit(t.Context(), task))
		must(t, w.SubmitKey(t.Context(), uint64(n%7), task))
	}
	drained(t, &w)
	if panics.Load() != 200 || ran.Load() != 200 {
		t.Errorf("%d panics and %d tasks, want 200 of each", panics.Load(), ran.Load())
	}
}

// A handler that ends the goroutine it is called on takes no place with it.
func TestWorkersSurviveTheHandler(t *testing.T) {
	w := pool.Workers{Max: 1, Panic: func(any) { runtime.Goexit() }}
	var ran atomic.Int32
	for range 50 {
		must(t, w.Submit(t.Context(), func() { ran.Add(1); panic("task") }))
	}
	drained(t, &w)
	if ran.Load() != 50 {
		t.Errorf("%d tasks ran, want 50", ran.Load())
	}
}

// A key without tasks takes no memory, and a burst of keys leaves little.
func TestWorkersForgetKeys(t *testing.T) {
	w := pool.Workers{Max: 1, Queue: 2000}
	g := block(t, &w)
	for key := range uint64(1000) {
		must(t, w.TrySubmitKey(key, nothing))
	}
	close(g.open)
	drained(t, &w)
	if busy, spare := w.Lanes(); busy != 0 || spare == 0 || spare > 256 {
		t.Errorf("%d keys are known and %d lanes are spare, want none and at most 256", busy, spare)
	}
}

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

// A task that waited for room is not kept alive when it has ended.
func TestWorkersLetGoOfWhatWaited(t *testing.T) {
	w := pool.Workers{Max: 1, Queue: 1}
	g := block(t, &w)
	must(t, w.TrySubmit(nothing))
	var freed atomic.Bool
	go func() {
		big := new([1 << 10]byte)
		runtime.AddCleanup(big, func(int) { freed.Store(true) }, 0)
		_ = w.Submit(context.Background(), func() { big[0]++ })
	}()
	blocked(t, &w)
	close(g.open)
	waitFor(t, func() bool { runtime.GC(); return freed.Load() })
	drained(t, &w)
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

func TestWorkersMisuse(t *testing.T) {
	var w pool.Workers
	mustPanic(t, "nil task", func() { _ = w.TrySubmit(nil) })
	mustPanic(t, "Resize(0)", func() { w.Resize(0) })
	g := block(t, &w)
	for range 2 { // the first time there is no rest to wait for, and room; then the reverse
		var none context.Context
		mustPanic(t, "nil context", func() { _ = w.Submit(none, nothing) })
		mustPanic(t, "nil context", func() { _ = w.SubmitKey(none, 1, nothing) })
		mustPanic(t, "nil context", func() { _ = w.Wait(none) })
		mustPanic(t, "nil context", func() { _ = w.Drain(none) })
		if s := w.Stats(); s.Accepted != 1 || s.Blocked != 0 {
			t.Errorf("%+v, want nothing accepted but the task before", s)
		}
		if g.open != nil {
			close(g.open)
			g.open = nil
			must(t, w.Wait(t.Context()))
		}
	}
	drained(t, &w)
}

// A context that has ended submits nothing, also while there is room.
func TestWorkersEndedContext(t *testing.T) {
	var w pool.Workers
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	task := func() { t.Error("a task of a context that had ended ran") }
	if err := w.Submit(ended, task); err != context.Canceled {
		t.Errorf("got %v, want the context's error", err)
	}
	if err := w.SubmitKey(ended, 1, task); err != context.Canceled {
		t.Errorf("got %v, want the context's error", err)
	}
	must(t, w.Wait(ended)) // nothing is to be waited for
	must(t, w.Drain(ended))
	if s := w.Stats(); s != (pool.WorkersStats{}) {
		t.Errorf("%+v, want nothing accepted and nothing refused", s)
	}
}

// Everything at once, with goroutines that end and start all the time: each
// accepted task runs once, and Drain comes back.
func TestWorkersTorture(t *testing.T) {
	for round := range scaled(t, 30) {
		w := pool.Workers{Max: 1 + round%4, Queue: []int{1, 2, 5, 40, 300}[round%5], Idle: time.Duration(1+round%3) * time.Microsecond, Panic: func(any) {}}
		var accepted, ran atomic.Int64
		var wg sync.WaitGroup
		for id := range uint64(4) {
			wg.Go(func() {
				r := rand.New(rand.NewPCG(id, uint64(round)))
				for range 300 {
					if submitOne(&w, r, &ran) == nil {
						accepted.Add(1)
					}
					if r.IntN(20) == 0 {
						w.Resize(1 + r.IntN(4))
					}
					if r.IntN(50) == 0 {
						time.Sleep(time.Microsecond)
					}
				}
			})
		}
		wg.Wait()
		drained(t, &w)
		if ran.Load() != accepted.Load() {
			t.Fatalf("%d tasks accepted, %d ran", accepted.Load(), ran.Load())
		}
	}
}

func submitOne(w *pool.Workers, r *rand.Rand, ran *atomic.Int64) error {
	kind := r.IntN(10)
	task := func() {
		ran.Add(1)
		switch kind {
		case 0:
			panic("task")
		case 1:
			runtime.Goexit()
		case 2:
			time.Sleep(time.Microsecond)
		}
	}
	switch r.IntN(4) {
	case 0:
		return w.TrySubmit(task)
	case 1:
		return w.TrySubmitKey(uint64(r.IntN(3)), task)
	case 2:
		ctx, cancel := context.WithTimeout(context.Background(), time.Duration(r.IntN(20))*time.Microsecond)
		defer cancel()
		return w.SubmitKey(ctx, uint64(r.IntN(3)), task)
	default:
		return w.Submit(context.Background(), task)
	}
}

// One task at a time, each submitted when the last one has ended and its
// goroutine is about to park: the moment in which a wake-up gets lost.
func TestWorkersPingPong(t *testing.T) {
	w := pool.Workers{Max: 2}
	done := make(chan struct{})
	task := func() { done <- struct{}{} }
	late := time.NewTimer(time.Hour)
	for range scaled(t, 20_000) {
		must(t, w.TrySubmit(task))
		late.Reset(20 * time.Second)
		select {
		case <-done:
		case <-late.C:
			t.Fatal("a wake-up was lost")
		}
	}
	drained(t, &w)
}
