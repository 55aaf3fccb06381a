package pool

import (
	"context"
	"testing"
)

// A hand that was gathered keeps nothing of its tasks: its goroutine may park
// for as long as the process lives, and what they close over with it.
func TestRecallKeepsNoTask(t *testing.T) {
	var w Workers
	p := &worker{w: &w}
	for i := range 3 {
		p.tasks[i] = func() {}
	}
	p.held, w.waits = 3, 3
	p.left.Store(3)
	w.recall(p)
	for i, task := range p.tasks {
		if task != nil {
			t.Errorf("task %d is kept", i)
		}
	}
	if n := w.queue.len(); n != 3 || w.waits != 3 || p.held != 0 {
		t.Errorf("%d in the queue, %d wait, %d held; want 3, 3, 0", n, w.waits, p.held)
	}
}

// Two jobs that come at once wake one goroutine, which wakes the next if there
// is still work: else each Submit beside an idle crew would cost a wake-up.
func TestWakeWakesOne(t *testing.T) {
	w := Workers{Max: 4, Panic: func(any) {}}
	for range 10 {
		_ = w.TrySubmit(func() { panic("task") })
	}
	_ = w.Wait(context.Background())
	waits := make(chan struct{})
	for w.mu.Lock(); w.crew.searching > 0; w.mu.Lock() { // those who replace the last that panicked
		w.mu.Unlock()
	}
	running := w.crew.running
	for range 2 {
		w.accept(job{task: func() { <-waits }}, 0)
	}
	if n := w.crew.running - running; n != 1 || w.crew.searching != 1 {
		t.Errorf("%d goroutines were woken and %d search, want 1", n, w.crew.searching)
	}
	w.mu.Unlock()
	close(waits)
	_ = w.Drain(context.Background())
	if w.crew.searching != 0 {
		t.Errorf("%d search, and nobody is left", w.crew.searching)
	}
}
