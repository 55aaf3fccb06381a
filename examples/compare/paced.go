package main

import (
	"sync"
	"time"
)

// job is one request on its way: sent (or failed to be) for the moment due.
type job struct {
	c   *Conn
	due time.Time
	err error
}

// paced sends rate requests a second by the clock, for a time, over whichever
// connections are free. Latency counts from the moment a request was due, not from
// when it was sent: a server that stalls is charged for every request it kept
// waiting (no coordinated omission). late records the client's own delay.
//
// A Conn has one owner at a time: in free nobody's, then the pacer's while it
// sends, then its receiver's.
func (f *Fleet) paced(start time.Time, rate float64, d time.Duration, late *Histogram) {
	total := int(rate * d.Seconds())
	if total < 1 || len(f.conns) == 0 {
		return
	}
	free := make(chan *Conn, len(f.conns))
	sent := make(map[*Conn]chan job, len(f.conns))
	var wg sync.WaitGroup
	for _, c := range f.conns {
		jobs := make(chan job, 1)
		sent[c] = jobs
		wg.Go(func() { receiver(jobs, free) })
		free <- c
	}
	p := newPause()
	defer p.end()
	for n := range total {
		due := start.Add(time.Duration(float64(n) / rate * 1e9))
		p.until(due)
		c := <-free
		now := time.Now()
		if now.After(start.Add(d + grace)) {
			f.abandon(c, total-n)
			break
		}
		late.Record(now.Sub(due))
		sent[c] <- job{c, due, c.send()}
	}
	for _, jobs := range sent {
		close(jobs)
	}
	wg.Wait()
}

// receiver reads the answers of one connection.
func receiver(jobs <-chan job, free chan<- *Conn) {
	for j := range jobs {
		if j.err == nil {
			j.err = j.c.receive()
		}
		j.c.settle(j.due, j.err)
		free <- j.c // never blocks: free has room for all
	}
}

// abandon books the requests that the server left no connection free for.
func (f *Fleet) abandon(c *Conn, n int) {
	c.failures += uint64(n)
	if c.first == nil {
		c.first = errOverload
	}
}
