package accesslog

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// ErrClosed is what Flush returns after Close.
var ErrClosed = fmt.Errorf("accesslog: log %w", os.ErrClosed)

// ErrStuck is what Close returns when the writer did not finish within Options.CloseWait.
var ErrStuck = fmt.Errorf("accesslog: writer is stuck: %w", os.ErrDeadlineExceeded)

// queue holds lines until its goroutine, run, writes them. mu is never held over a Write, so add never waits for the writer.
type queue struct {
	options Options
	wake    chan struct{} // capacity 1: a line waits where none did
	hurry   chan struct{} // capacity 1: write now
	stop    chan struct{} // closed by the first Close
	done    chan struct{} // closed when run has returned

	mu       sync.Mutex
	waiting  []byte // whole lines, owned by the queue
	lines    int    // in waiting
	writing  int    // bytes run is writing, outside mu
	accepted int64  // lines put into waiting, ever
	settled  int64  // of those, written or failed
	stats    Stats
	closed   bool
	progress chan struct{} // closed and forgotten when settled grows; nil if nobody looks
}

func newQueue(o Options) *queue {
	return &queue{
		options: o, wake: make(chan struct{}, 1), hurry: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{}),
	}
}

// add copies text, one whole line, or counts it as dropped.
func (q *queue) add(text []byte) {
	q.mu.Lock()
	q.stats.Handed++
	before := len(q.waiting)
	if q.closed || before+q.writing+len(text) > q.options.Buffer {
		q.stats.Dropped++
		q.mu.Unlock()
		return
	}
	q.waiting = append(q.waiting, text...)
	q.lines++
	q.accepted++
	after := len(q.waiting)
	q.mu.Unlock()
	if before == 0 {
		signal(q.wake)
	}
	if before < q.options.FlushAt && after >= q.options.FlushAt {
		signal(q.hurry)
	}
}

// signal never blocks: a full channel says the same already.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// run is the only caller of Writer.Write. An idle log has no timer running.
func (q *queue) run() {
	defer close(q.done)
	b := batch{w: q.options.Writer}
	timer := time.NewTimer(q.options.FlushEvery)
	defer timer.Stop()
	for {
		select {
		case <-q.wake:
		case <-q.stop:
			q.drain(&b)
			return
		}
		timer.Reset(q.options.FlushEvery)
		select {
		case <-timer.C:
		case <-q.hurry:
		case <-q.stop:
		}
		q.drain(&b)
	}
}

// drain writes until nothing waits. It hands the batch's memory back as the next waiting, so two buffers go to and fro.
func (q *queue) drain(b *batch) {
	for q.take(b) {
		written, err := b.write()
		if err != nil && q.options.OnError != nil {
			q.options.OnError(err)
		}
		q.settle(b, int64(written))
	}
}

func (q *queue) take(b *batch) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.lines == 0 {
		return false
	}
	b.text, q.waiting = q.waiting, b.text[:0]
	b.lines, q.lines = q.lines, 0
	q.writing = len(b.text)
	return true
}

func (q *queue) settle(b *batch, written int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.writing = 0
	q.settled += int64(b.lines)
	q.stats.Written += written
	q.stats.Dropped += int64(b.lines) - written
	if q.progress != nil {
		close(q.progress)
		q.progress = nil
	}
}

// await returns nil once every line accepted before the call is settled.
func (q *queue) await(ctx context.Context) error {
	q.mu.Lock()
	if q.closed {
		q.mu.Unlock()
		return ErrClosed
	}
	target := q.accepted
	for q.settled < target {
		if q.progress == nil {
			q.progress = make(chan struct{})
		}
		progress := q.progress
		q.mu.Unlock()
		signal(q.wake)
		signal(q.hurry)
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

// batch is what run writes at once. It is owned by run.
type batch struct {
	w     io.Writer
	text  []byte
	lines int
	torn  bool // the last write ended inside a line
}

// write returns how many lines arrived whole. After a torn line the next batch starts with a newline, so that the damage is
// one unreadable line and not two.
func (b *batch) write() (lines int, err error) {
	if b.torn {
		if _, err := b.w.Write([]byte{'\n'}); err != nil {
			return 0, err
		}
		b.torn = false
	}
	n, err := b.w.Write(b.text)
	if n < len(b.text) && err == nil {
		err = io.ErrShortWrite
	}
	if err == nil {
		return b.lines, nil
	}
	n = min(max(n, 0), len(b.text))
	b.torn = n > 0 && b.text[n-1] != '\n'
	return bytes.Count(b.text[:n], []byte{'\n'}), err
}
