package accesslog

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"
)

// ErrClosed is what Flush returns after Close.
var ErrClosed = fmt.Errorf("accesslog: log %w", os.ErrClosed)

// ErrStuck is what Close returns when the writer did not finish in time: within Options.CloseWait, or a second for a File.
var ErrStuck = fmt.Errorf("accesslog: writer is stuck: %w", os.ErrDeadlineExceeded)

// queue holds lines in a bank until its goroutine, run, writes them. mu is never held over a Write, nor over reading a bank,
// so add never waits for a disk.
type queue struct {
	options Options
	wake    chan struct{} // capacity 1: a line waits where none did
	hurry   chan struct{} // capacity 1: write now
	stop    chan struct{} // closed by the first Close
	done    chan struct{} // closed when run has returned

	mu       sync.Mutex
	bank     bank
	size     uint64 // of bank
	head     uint64 // where the next line goes, counted since the bank began
	tail     uint64 // where the waiting lines begin
	accepted uint64 // lines put into banks, ever
	settled  uint64 // of those, written or lost
	stats    Stats
	busy     bool          // run has lines in hand, from tail on
	awake    bool          // run will look by itself within FlushEvery
	lost     uint64        // what lies before it is in no bank any more
	fault    error         // why it failed, until run has reported it
	progress chan struct{} // closed and forgotten when tail moves; nil if nobody looks
	closed   bool
}

func newQueue(o Options) *queue {
	q := &queue{
		options: o, wake: make(chan struct{}, 1), hurry: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{}),
	}
	if o.Ring != nil {
		o.Ring.give(q)
	} else {
		q.bank, q.size = newHeap(uint64(o.Buffer)), uint64(o.Buffer)
	}
	if q.head != q.tail {
		poke(q.wake)
	}
	return q
}

// add copies text, one whole line, or counts it as dropped.
func (q *queue) add(text []byte) {
	q.mu.Lock()
	q.stats.Handed++
	before := q.head - q.tail
	idle := before == 0 && !q.awake
	after := before + uint64(len(text))
	if q.closed || after > q.size {
		q.stats.Dropped++
		q.mu.Unlock()
		return
	}
	if err := q.bank.put(q.head, text); err != nil {
		q.lose(err)
		_ = q.bank.put(q.head, text) // memory does not fail
	}
	q.head += uint64(len(text))
	q.accepted++
	q.mu.Unlock()
	if idle {
		poke(q.wake)
	}
	if at := uint64(q.options.FlushAt); before < at && after >= at {
		poke(q.hurry)
	}
}

// poke never blocks: a full channel says the same already.
func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// lose, with mu held, puts memory in the place of a bank that failed. Only run closes a bank, since it may be reading it.
func (q *queue) lose(err error) {
	q.fault, q.bank = err, newHeap(q.size)
	q.lost = q.head
	if !q.busy {
		q.advance(q.tail)
	}
}

// advance, with mu held, makes tail the beginning of what waits. When nothing does, lines that nobody has settled are in no bank: one
// failed, or what was damaged on the disk had no ends of lines.
func (q *queue) advance(tail uint64) {
	if q.tail = max(tail, q.lost); q.tail == q.head {
		q.stats.Dropped += q.accepted - q.settled
		q.settled = q.accepted
	}
	if q.progress != nil {
		close(q.progress)
		q.progress = nil
	}
}

// run is the only caller of Writer.Write. A log that has been idle for FlushEvery has no timer running.
func (q *queue) run(b *batch) {
	defer close(q.done)
	defer b.close()
	timer := time.NewTimer(q.options.FlushEvery)
	defer timer.Stop()
	for {
		select {
		case <-q.wake:
		case <-q.stop:
			q.drain(b)
			return
		}
		for more := true; more; more = q.drain(b) {
			timer.Reset(q.options.FlushEvery)
			select {
			case <-timer.C:
			case <-q.hurry:
			case <-q.stop:
			}
		}
	}
}

// drain writes until nothing waits, and reports whether anything did.
func (q *queue) drain(b *batch) (some bool) {
	for ; q.take(b, some); some = true {
		err := b.load()
		if err != nil {
			q.fail(b.bank, err)
		} else if err = b.write(); err != nil {
			q.report(err)
		}
		if err := b.bank.mark(b.mark); err != nil {
			q.fail(b.bank, err)
		}
		q.report(q.settle(b))
	}
	return some
}

func (q *queue) report(err error) {
	if err != nil && q.options.OnError != nil {
		q.options.OnError(err)
	}
}

// take gives run all that waits. If that is nothing, run looks again by itself only if it has just written some.
func (q *queue) take(b *batch, some bool) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.tail == q.head {
		q.rewind(b)
		q.awake = some
		return false
	}
	q.busy = true
	b.begin(q.bank, q.tail, q.head)
	return true
}

// rewind, with mu held and nothing waiting, goes back to the bank's beginning from far behind it: memory that is used again and again is
// at the processor's hand, and most of a large ring is not. The mark comes first: until the next line, the head is before it.
func (q *queue) rewind(b *batch) {
	over := q.head % q.size
	if over < near(q.size) {
		return
	}
	at := q.head - over + q.size
	b.note(at, b.mark.place)
	if err := q.bank.mark(b.mark); err != nil {
		q.lose(err)
		return
	}
	q.head, q.tail = at, at
}

// near is how far behind the beginning is near enough, and worth no mark.
func near(size uint64) uint64 { return min(size/4, 128<<10) }

// fail is lose for run, which may find the bank replaced already.
func (q *queue) fail(failed bank, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.bank == failed {
		q.lose(err)
	}
}

// settle counts what became of the batch, and returns why a bank failed meanwhile.
func (q *queue) settle(b *batch) (fault error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.busy = false
	q.settled += b.lines
	q.stats.Written += b.written
	q.stats.Dropped += b.lines - b.written
	q.advance(b.end)
	fault, q.fault = q.fault, nil
	return fault
}

// await returns nil once every line accepted before the call is settled.
func (q *queue) await(ctx context.Context) error {
	q.mu.Lock()
	if q.closed {
		q.mu.Unlock()
		return ErrClosed
	}
	target := q.head
	for q.tail < target {
		if q.progress == nil {
			q.progress = make(chan struct{})
		}
		progress := q.progress
		q.mu.Unlock()
		poke(q.wake)
		poke(q.hurry)
		select {
		case <-progress:
		case <-ctx.Done():
			return fmt.Errorf("accesslog: flush: %w", context.Cause(ctx))
		}
		q.mu.Lock()
	}
	q.mu.Unlock()
	return nil
}
