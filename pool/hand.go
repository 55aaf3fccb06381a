package pool

import "sync/atomic"

// hand is tasks that a goroutine took from a long queue, besides the one it
// runs, to begin them without the lock: between short tasks the lock's way from
// core to core takes longer than they do. They still wait, and whoever finds
// the queue empty gathers them, so that none waits for a task before it while a
// goroutine is free. For a queue that never runs empty each 256th take gathers.
type hand struct {
	// left is how many have not begun. Who makes it less owns the tasks that it
	// does not count any more: the hand's goroutine takes one, a gatherer all.
	// Only deal makes it more.
	left   atomic.Int32
	held   int16     // how many of Workers.waits are these; under the lock
	listed bool      // among crew.holders; under the lock
	tasks  [8]func() // the next one to begin is the last of those left
}

// next returns the next task to begin, or nil.
func (h *hand) next() (task func()) {
	if h.left.Load() <= 0 {
		return nil
	}
	if n := h.left.Add(-1); n >= 0 {
		task, h.tasks[n] = h.tasks[n], nil
	}
	return task
}

// deal needs mu. It gives p tasks besides the one it took, if there are many
// for each goroutine. Lanes are not dealt: they take turns. And nobody is dealt
// anything while the queue is more than half full, so that who waits for room
// is told as soon as a task begins.
func (w *Workers) deal(p *worker) {
	if 2*w.waits > w.places() {
		return
	}
	most := min(len(p.tasks), w.queue.len()/(2*w.crew.most))
	n := 0
	for n < most && w.queue.at(n).lane == nil {
		n++
	}
	if n == 0 {
		return
	}
	for i := range n {
		p.tasks[n-1-i] = w.queue.pop().task
	}
	p.held = int16(n)
	p.left.Store(int32(n))
	if !p.listed {
		p.listed = true
		w.crew.holders = append(w.crew.holders, p)
	}
}

// gather needs mu. It puts what is left in all hands back in front of the queue.
func (w *Workers) gather() {
	for _, p := range w.crew.holders {
		p.listed = false
		w.recall(p)
	}
	clear(w.crew.holders)
	w.crew.holders = w.crew.holders[:0]
}

// recall needs mu. It is gather for p, and counts what has begun.
func (w *Workers) recall(p *worker) {
	if p.held == 0 {
		return
	}
	left := p.left.Swap(0) // not negative while held is not 0
	for i := range left {
		w.queue.unpop(job{task: p.tasks[i]})
		p.tasks[i] = nil
	}
	w.waits -= int(p.held) - int(left)
	p.held = 0
}
