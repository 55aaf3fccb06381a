package keepalive

import (
	"sync"
	"sync/atomic"
)

// Stats counts what a [Transport] did. It is a plain value, safe to copy.
type Stats struct {
	Dials             uint64 // connections opened
	DialErrors        uint64 // dials that failed
	Reuses            uint64 // requests sent on a connection that had carried one
	RetiredByAge      uint64 // connections ended by MaxAge
	RetiredByRequests uint64 // connections ended by MaxRequests
	Open              int    // connections open now
	Idle              int    // of these, without a request; HTTP/2 connections never count
}

// Stats returns the counts so far. Each is exact; together they are not one
// instant's picture while requests run.
func (t *Transport) Stats() Stats { return t.conns.stats() }

// census knows the open connections. Counters are independent sums, so plain
// atomic adds suffice; the set is written only by dial and close.
type census struct {
	dialed, failed, reused, byAge, byCount atomic.Uint64

	mu   sync.Mutex
	open map[*track]struct{} // guarded by mu
}

func (c *census) add(tr *track) {
	c.dialed.Add(1)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open == nil {
		c.open = make(map[*track]struct{})
	}
	c.open[tr] = struct{}{}
}

func (c *census) remove(tr *track) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.open, tr)
}

// retire counts a connection once, whatever number of HTTP/2 requests see it end.
func (c *census) retire(tr *track, byAge bool) {
	if !tr.retired.CompareAndSwap(false, true) {
		return
	}
	if byAge {
		c.byAge.Add(1)
	} else {
		c.byCount.Add(1)
	}
}

func (c *census) stats() Stats {
	s := Stats{
		Dials:             c.dialed.Load(),
		DialErrors:        c.failed.Load(),
		Reuses:            c.reused.Load(),
		RetiredByAge:      c.byAge.Load(),
		RetiredByRequests: c.byCount.Load(),
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	s.Open = len(c.open)
	for tr := range c.open {
		if tr.busy.Load() <= 0 {
			s.Idle++
		}
	}
	return s
}
