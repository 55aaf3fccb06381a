package keepalive

import (
	"net"
	"sync"
	"sync/atomic"
)

// Counts is a plain value, safe to copy: what happened to connections and the
// requests on them.
type Counts struct {
	// Counters: they only grow.

	Dials             uint64 // connections opened
	DialErrors        uint64 // dials that failed, and preferred ones that were beaten
	Reuses            uint64 // requests sent on a connection that had carried one
	RetiredByAge      uint64 // connections ended by MaxAge
	RetiredByRequests uint64 // connections ended by MaxRequests
	ClosedIdle        uint64 // connections ended because nobody used them
	FoundClosed       uint64 // idle connections that the peer had closed, found before a byte was sent
	RetriesProven     uint64 // requests repeated because the peer cannot have seen them
	RetriesIdempotent uint64 // requests repeated because doing them twice is harmless
	RetriesRefused    uint64 // requests that failed because neither is so

	// Levels: as they are now.

	Open int // connections open
	Idle int // of these, without a request; HTTP/2 connections never count
}

// Stats is a plain value, safe for concurrent reading: what a [Transport] did,
// altogether and for each address. Failed dials count for the address that was
// asked.
type Stats struct {
	Counts
	Addrs map[string]Counts // nil before the first dial
}

// Stats returns the counts so far. Each is exact; together they are not one
// instant's picture while requests run.
func (t *Transport) Stats() Stats { return t.conns.stats() }

// tally is one address's account. Its numbers are independent sums, so plain
// atomic adds suffice.
type tally struct {
	dials, dialErrors, reuses, byAge, byCount, idled, found, proven, idempotent, refused atomic.Uint64
	open, idle                                                                           atomic.Int64
}

func (ta *tally) counts() Counts {
	return Counts{
		Dials:             ta.dials.Load(),
		DialErrors:        ta.dialErrors.Load(),
		Reuses:            ta.reuses.Load(),
		RetiredByAge:      ta.byAge.Load(),
		RetiredByRequests: ta.byCount.Load(),
		ClosedIdle:        ta.idled.Load(),
		FoundClosed:       ta.found.Load(),
		RetriesProven:     ta.proven.Load(),
		RetriesIdempotent: ta.idempotent.Load(),
		RetriesRefused:    ta.refused.Load(),
		Open:              int(ta.open.Load()),
		Idle:              int(ta.idle.Load()),
	}
}

func (c *Counts) add(o Counts) {
	c.Dials += o.Dials
	c.DialErrors += o.DialErrors
	c.Reuses += o.Reuses
	c.RetiredByAge += o.RetiredByAge
	c.RetiredByRequests += o.RetiredByRequests
	c.ClosedIdle += o.ClosedIdle
	c.FoundClosed += o.FoundClosed
	c.RetriesProven += o.RetriesProven
	c.RetriesIdempotent += o.RetriesIdempotent
	c.RetriesRefused += o.RetriesRefused
	c.Open += o.Open
	c.Idle += o.Idle
}

// maxTallies bounds the memory of a client that asks a million addresses: the
// ones beyond it share an account without a name.
const maxTallies = 4096

// census knows every address and the connections net/http holds.
type census struct {
	mu   sync.Mutex
	by   map[string]*tally   // guarded by mu
	open map[*track]struct{} // guarded by mu
}

func (c *census) of(a net.Addr) *tally { return c.named(text(a)) }

func (c *census) named(name string) *tally {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.by == nil {
		c.by = make(map[string]*tally)
	}
	if ta := c.by[name]; ta != nil {
		return ta
	}
	if len(c.by) >= maxTallies {
		name = ""
	}
	ta := c.by[name]
	if ta == nil {
		ta = new(tally)
		c.by[name] = ta
	}
	return ta
}

func (c *census) add(tr *track) {
	tr.tally.dials.Add(1)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open == nil {
		c.open = make(map[*track]struct{})
	}
	c.open[tr] = struct{}{}
	tr.tally.open.Add(1)
}

func (c *census) remove(tr *track) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.open, tr)
	tr.tally.open.Add(-1)
}

// retire counts a connection once, whatever number of HTTP/2 requests see it end.
func (c *census) retire(tr *track, byAge bool) {
	if !tr.retired.CompareAndSwap(false, true) {
		return
	}
	if byAge {
		tr.tally.byAge.Add(1)
	} else {
		tr.tally.byCount.Add(1)
	}
}

func (c *census) stats() (s Stats) {
	c.mu.Lock()
	defer c.mu.Unlock()
	idle := make(map[*tally]int)
	for tr := range c.open {
		if tr.busy.Load() <= 0 {
			idle[tr.tally]++
		}
	}
	for name, ta := range c.by {
		counts := ta.counts()
		counts.Idle += idle[ta]
		if s.Addrs == nil {
			s.Addrs = make(map[string]Counts)
		}
		s.Addrs[name] = counts
		s.add(counts)
	}
	return s
}
