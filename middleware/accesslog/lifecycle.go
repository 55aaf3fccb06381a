package accesslog

import (
	"context"
	"time"
)

// A Stats is a value. It counts lines since New: Handed + Recovered = Written + Dropped + Pending. All only grow, but for Pending.
type Stats struct {
	Handed    uint64 // lines of requests and of the application
	Recovered uint64 // lines that an earlier process left in the ring
	Written   uint64 // lines the writer took whole
	Dropped   uint64 // lines lost: buffer full, writer or ring failed, damaged in the ring, or log closed
	Pending   int    // lines in memory, or in the ring, now
	Sampled   uint64 // requests that Options.Sample left out; they have no line
}

// Stats returns the counts of one moment.
func (l *Log) Stats() Stats {
	q := l.queue
	q.mu.Lock()
	defer q.mu.Unlock()
	s := q.stats
	s.Pending = int(q.accepted - q.settled)
	s.Sampled = l.sampled.Load()
	return s
}

// Flush returns when every line handed over before the call has been given to the writer, or ctx is done.
// A line the writer refused counts as given; Stats and OnError tell.
func (l *Log) Flush(ctx context.Context) error { return l.queue.await(ctx) }

// Close writes what waits and ends the log's goroutine; lines that come later are dropped and counted. It may be called
// several times and at once: every call returns nil when the log has ended, whatever the writer refused, or ErrStuck after
// Options.CloseWait. The goroutine of a stuck log goes on when its Write returns, and ends when nothing waits; with a ring, what it has
// not written when the process ends is there for the next one.
func (l *Log) Close() error {
	q := l.queue
	q.mu.Lock()
	if !q.closed {
		q.closed = true
		close(q.stop)
	}
	q.mu.Unlock()
	timer := time.NewTimer(q.options.CloseWait)
	defer timer.Stop()
	select {
	case <-q.done:
		return nil
	case <-timer.C:
		return ErrStuck
	}
}
