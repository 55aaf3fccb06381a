package accesslog

import (
	"context"
	"time"
)

// Stats counts lines since New. Handed = Written + Dropped + Pending.
type Stats struct {
	Handed  int64 // requests served
	Written int64 // lines the writer took whole
	Dropped int64 // lines lost: buffer full, writer failed, or log closed
	Pending int64 // lines in memory
}

// Stats returns the counts of one moment.
func (l *Log) Stats() Stats {
	q := l.queue
	q.mu.Lock()
	defer q.mu.Unlock()
	s := q.stats
	s.Pending = q.accepted - q.settled
	return s
}

// Flush returns when every line handed over before the call has been given to the writer, or ctx is done.
// A line the writer refused counts as given; Stats and OnError tell.
func (l *Log) Flush(ctx context.Context) error { return l.queue.await(ctx) }

// Close writes what waits and ends the log's goroutine; lines that come later are dropped and counted. It may be called
// several times and at once: every call returns when the log has ended, or ErrStuck after Options.CloseWait. A stuck
// goroutine ends when its Write returns.
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
