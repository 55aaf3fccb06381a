package pool

import "testing"

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
