package pool

import (
	"context"
	"runtime"
	"time"
)

// crew is the goroutines of a [Workers], under its lock. The rule by which no
// wake-up is lost: whenever a job is in the queue or in a hand and a goroutine
// could be woken or started, searching is not 0, that is, somebody is on the
// way who will look at both before parking. Whoever breaks the condition calls
// wake: accept, which adds a job; step, when it takes a job and stops
// searching; and Resize, which allows another goroutine. Who leaves does so
// because there are too many, or no jobs.
type crew struct {
	most      int // goroutines allowed; 0 until set up
	running   int // goroutines that are not parked
	searching int // of them, those that were woken or started and have not looked yet
	parked    []*worker
	holders   []*worker // who may have tasks in hand that others can run
	reaping   bool      // the reaper is armed
	reaper    *time.Timer
	gone      chan struct{} // closed when no goroutine is left
}

// linger is how often a goroutine lets others run and looks again before it
// parks. The next task often comes at once, and the core of who parks may go to
// sleep, from which it takes longer to wake than all these looks together. It
// does not count as searching, so who submits need not rely on it.
const linger = 16

// wake needs mu. It sees to it that somebody looks at the queue.
func (w *Workers) wake() {
	c := &w.crew
	if c.searching > 0 || c.running >= c.most {
		return
	}
	c.searching++
	c.running++
	if last := len(c.parked) - 1; last >= 0 {
		p := c.parked[last] // whose stack is warm
		c.parked[last] = nil
		c.parked = c.parked[:last]
		p.wake <- true
		return
	}
	p := &worker{w: w, wake: make(chan bool, 1)}
	go p.run()
}

// step needs mu. It finds p's next job, or reports that p must end. It gives
// up the lock while p is parked.
func (w *Workers) step(p *worker) bool {
	for looks := 1; ; looks++ {
		if w.crew.running > w.crew.most {
			w.leave()
			return false
		}
		if w.take(p) {
			if w.queue.len() > 0 || len(w.crew.holders) > 0 {
				w.wake()
			}
			return true
		}
		if w.closed {
			w.leave()
			return false
		}
		if looks <= linger {
			w.mu.Unlock()
			runtime.Gosched()
			w.mu.Lock()
			continue
		}
		looks = 0
		w.park(p)
		w.mu.Unlock()
		stay := <-p.wake
		if !stay {
			w.mu.Lock()
			return false
		}
		w.mu.Lock()
		w.crew.searching--
	}
}

// leave needs mu. The calling goroutine ends. Nobody is parked any more when
// somebody waits for gone.
func (w *Workers) leave() {
	c := &w.crew
	c.running--
	if c.gone != nil && c.running == 0 {
		close(c.gone)
		c.gone = nil
	}
}

// park needs mu.
func (w *Workers) park(p *worker) {
	c := &w.crew
	c.running--
	p.since = time.Now()
	c.parked = append(c.parked, p)
	if !c.reaping {
		c.reaping = true
		w.armReaper(w.idle())
	}
}

func (w *Workers) idle() time.Duration {
	if w.Idle == 0 {
		return 10 * time.Second
	}
	return w.Idle
}

func (w *Workers) armReaper(d time.Duration) {
	if w.crew.reaper == nil {
		w.crew.reaper = time.AfterFunc(d, w.reap)
		return
	}
	w.crew.reaper.Reset(d)
}

// reap ends the goroutines that were idle for too long.
func (w *Workers) reap() {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := &w.crew
	now := time.Now()
	keep := len(c.parked)
	for keep > 0 && now.Sub(c.parked[len(c.parked)-keep].since) >= w.idle() {
		keep--
	}
	w.dismiss(keep)
	if c.reaping = keep > 0; c.reaping {
		w.armReaper(w.idle() - now.Sub(c.parked[0].since))
	}
}

// dismiss needs mu. It ends parked goroutines but keep, the longest idle first.
func (w *Workers) dismiss(keep int) {
	c := &w.crew
	over := len(c.parked) - keep
	if over <= 0 {
		return
	}
	for _, p := range c.parked[:over] {
		p.wake <- false
	}
	rest := copy(c.parked, c.parked[over:])
	clear(c.parked[rest:])
	c.parked = c.parked[:rest]
}

// goneBy waits until no goroutine is left, or for ctx's end.
func (w *Workers) goneBy(ctx context.Context) error {
	w.mu.Lock()
	c := &w.crew
	if c.reaper != nil {
		c.reaper.Stop()
	}
	if c.running == 0 {
		w.mu.Unlock()
		return nil
	}
	if c.gone == nil {
		c.gone = make(chan struct{})
	}
	gone := c.gone
	w.mu.Unlock()
	return await(ctx, gone)
}
