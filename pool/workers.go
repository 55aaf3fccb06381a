package pool

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"
)

// A Workers is safe for concurrent use. It runs tasks on a bounded number of
// goroutines, which start when needed and end when idle, and keeps a bounded
// queue of tasks that wait. Submitting allocates nothing once it is warm. The
// zero value is ready to use; [Workers.Drain] ends it, gracefully, and nothing
// ends it at once: a task is not interrupted. It must not be copied after first
// use, and its fields must not change then.
type Workers struct {
	// Max is how many tasks run at the same time; see also Resize.
	// Zero means runtime.GOMAXPROCS(0).
	Max int
	// Queue is how many tasks may wait.
	// Zero means 1024.
	Queue int
	// Idle is how long a goroutine waits for work before it ends.
	// Zero means 10 seconds.
	Idle time.Duration
	// Panic is called with what a task panicked with, on the task's goroutine
	// while its stack is still there, and the goroutine goes on with other
	// tasks. Zero means that a panic ends the program, as it does after a go
	// statement.
	Panic func(any)

	mu      sync.Mutex // guards all that follows; see crew for why no wake-up is lost
	crew    crew
	queue   ring[job] // tasks and lanes that may start
	lanes   lanes
	waits   int           // tasks that were accepted and have not begun
	busy    int           // goroutines that have begun one
	takes   uint8         // calls of take, to gather at each 256th
	blocked submitters    // for room
	rest    chan struct{} // closed when all have ended; nil unless somebody waits for that
	closed  bool

	accepted, refused uint64 // for Stats

	idleSubmitters []*submitter
}

// job is a task, or a lane that has at least one.
type job struct {
	task func()
	lane *lane
}

var (
	// ErrClosed is returned for tasks that come after Drain.
	ErrClosed = errors.New("pool: Workers are drained")
	// ErrFull is returned by TrySubmit and TrySubmitKey if the queue is full.
	ErrFull = errors.New("pool: the queue of Workers is full")
)

// Submit queues a task, and waits for room in the queue if there is none. It
// returns nil, and then the task will run; or ErrClosed; or ctx's error, if ctx
// ended before there was room, or before the call. A task may submit others,
// but should not wait for room: if all tasks do, nobody makes any.
func (w *Workers) Submit(ctx context.Context, task func()) error {
	return w.submit(ctx, job{task: task}, 0, true)
}

// TrySubmit queues a task if there is room, or returns ErrFull or ErrClosed.
func (w *Workers) TrySubmit(task func()) error {
	return w.submit(context.Background(), job{task: task}, 0, false)
}

func (w *Workers) submit(ctx context.Context, j job, key uint64, wait bool) error {
	if j.task == nil {
		panic("pool: Workers got a nil task; submit a function")
	}
	if wait {
		mustHave(ctx)
		// Whose ctx has ended waits for nothing any more: room does not change that.
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	w.mu.Lock()
	if w.crew.most == 0 {
		w.setUp()
	}
	var err error
	switch {
	case w.closed:
		err = ErrClosed
	case w.hasRoom():
		w.accept(j, key)
	case !wait:
		err = ErrFull
	default:
		return w.block(ctx, j, key) // unlocks
	}
	if err != nil {
		w.refused++
	}
	w.mu.Unlock()
	return err
}

// setUp needs mu, and gives it up if it panics.
func (w *Workers) setUp() {
	wrong := ""
	switch {
	case w.Max < 0:
		wrong = fmt.Sprintf("Max is %d; leave it 0 for runtime.GOMAXPROCS(0)", w.Max)
	case w.Queue < 0:
		wrong = fmt.Sprintf("Queue is %d; leave it 0 for 1024", w.Queue)
	case w.Idle < 0:
		wrong = fmt.Sprintf("Idle is %v; leave it 0 for 10s", w.Idle)
	}
	if wrong != "" {
		w.mu.Unlock()
		panic("pool: Workers." + wrong + ", or choose a positive one")
	}
	w.crew.most = w.Max
	if w.Max == 0 {
		w.crew.most = runtime.GOMAXPROCS(0)
	}
}

// hasRoom needs mu. It reports whether another task may wait.
func (w *Workers) hasRoom() bool {
	if w.waits < w.places() {
		return true
	}
	w.gather() // some may have begun
	return w.waits < w.places()
}

// places is how many tasks may wait.
func (w *Workers) places() int {
	if w.Queue == 0 {
		return 1024
	}
	return w.Queue
}

// accept needs mu, and room.
func (w *Workers) accept(j job, key uint64) {
	w.waits++
	w.accepted++
	if j.lane == laneWanted {
		l := w.lanes.of(key)
		l.tasks.push(j.task)
		if l.busy {
			return // who runs it will see the task
		}
		l.busy = true
		j = job{lane: l}
	}
	w.queue.push(j)
	w.wake()
}

// take needs mu. It finds p's next job, if there is one.
func (w *Workers) take(p *worker) bool {
	if w.takes++; w.takes == 0 || w.queue.len() == 0 {
		w.gather()
	}
	if w.queue.len() == 0 {
		return false
	}
	p.job = w.queue.pop()
	if l := p.job.lane; l != nil {
		p.job.task = l.tasks.pop()
	} else {
		w.deal(p)
	}
	w.waits--
	w.busy++
	if w.blocked.n > 0 {
		w.admit()
	}
	return true
}

// end needs mu. It counts p's job as ended, with those of its hand, and lets
// the job's lane go on.
func (w *Workers) end(p *worker) {
	w.recall(p)
	if l := p.job.lane; l != nil {
		if l.tasks.len() > 0 {
			w.queue.push(job{lane: l}) // behind the others: lanes take turns
		} else {
			w.lanes.free(l)
		}
	}
	p.job = job{}
	w.busy--
	if w.rest != nil && w.atRest() {
		close(w.rest)
		w.rest = nil
	}
}

// atRest needs mu. It reports whether all accepted tasks have ended.
func (w *Workers) atRest() bool { return w.waits == 0 && w.busy == 0 }

// Wait waits until no accepted task is left that has not ended, or returns
// ctx's error. It must not be called by a task.
func (w *Workers) Wait(ctx context.Context) error {
	mustHave(ctx)
	w.mu.Lock()
	if w.atRest() {
		w.mu.Unlock()
		return nil
	}
	if w.rest == nil {
		w.rest = make(chan struct{})
	}
	rest := w.rest
	w.mu.Unlock()
	return await(ctx, rest)
}

// mustHave refuses a nil ctx at once, and not only when there is to be waited.
func mustHave(ctx context.Context) {
	if ctx == nil {
		panic("pool: Workers got a nil context; pass context.Background() to wait as long as it takes")
	}
}

// await waits until done is closed, or returns ctx's error.
func await(ctx context.Context, done <-chan struct{}) error {
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Drain accepts no more tasks, waits until all that were accepted have ended,
// and ends the goroutines; or returns ctx's error, while the tasks go on. It
// may be called several times and must not be called by a task. Submitters who
// wait for room get ErrClosed.
func (w *Workers) Drain(ctx context.Context) error {
	mustHave(ctx)
	w.mu.Lock()
	w.closed = true
	w.refused += uint64(w.blocked.n)
	for w.blocked.n > 0 {
		s := w.blocked.first
		w.blocked.remove(s)
		s.refuse(ErrClosed)
	}
	w.dismiss(0)
	w.mu.Unlock()
	return w.goneBy(ctx) // who ends only when no job is left
}

// Resize changes how many tasks run at the same time. What runs is not
// interrupted: when there are fewer, it takes effect as tasks end.
func (w *Workers) Resize(most int) {
	if most <= 0 {
		panic(fmt.Sprintf("pool: Workers.Resize(%d); choose a positive number, or Drain", most))
	}
	w.mu.Lock()
	if w.crew.most == 0 {
		w.setUp()
	}
	w.crew.most = most
	w.gather() // nobody goes on with tasks of his own when he is one too many
	w.dismiss(max(0, most-w.crew.running))
	if w.queue.len() > 0 {
		w.wake()
	}
	w.mu.Unlock()
}
