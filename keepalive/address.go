package keepalive

import (
	"context"
	"math/rand/v2"
	"net"
	"slices"
	"time"
)

// address is one place an origin's connections go to. Guarded by origin.mu.
type address struct {
	name  string // for the dialer
	idle  links
	open  int  // links
	busy  int  // of these, with a request
	dials int  // on their way
	taken int  // requests given, in comparison with the others'
	gone  bool // the name does not say it any more

	failed int       // dials in a row
	until  time.Time // not before, unless nothing else is left
	leaves time.Time // until then its server may be on its way out
}

// leaveTime is how long others are preferred to an address that ended a
// connection unasked, by "Connection: close" or without an answer: a server that
// drains says so with every answer, and resets what is still in its accept queue
// when it is gone.
const leaveTime = 250 * time.Millisecond

// avoid is called with mu held.
func (a *address) avoid(now time.Time) bool { return now.Before(a.until) || now.Before(a.leaves) }

func (o *origin) leaves(a *address) {
	o.mu.Lock()
	defer o.mu.Unlock()
	a.leaves = time.Now().Add(leaveTime)
	for l := a.idle.front; l != nil; {
		next := l.next
		if l.served == 0 {
			// net/http's Shutdown waits 5 s for a connection that it has seen
			// no request on, and then cuts it: take it away before.
			o.unlist(l)
			o.drop(l, byIdle)
		}
		l = next
	}
}

// leavesFrom is leaves for a connection of net/http's, where the address is known by its numbers.
func (o *origin) leavesFrom(name string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, a := range o.addrs {
		if a.name == name {
			a.leaves = time.Now().Add(leaveTime)
		}
	}
}

// A place that refuses is asked again after backoffFirst, then twice that, and
// so on; jitter keeps clients from asking together.
const (
	backoffFirst = 250 * time.Millisecond
	backoffMost  = 15 * time.Second
)

func (a *address) load() int { return a.open + a.dials }

// result is called with mu held.
func (a *address) result(err error, now time.Time) {
	if err == nil {
		a.failed, a.until = 0, time.Time{}
		return
	}
	wait := min(backoffFirst<<min(a.failed, 10), backoffMost)
	a.failed++
	a.until = now.Add(wait/2 + rand.N(wait/2))
}

// update is called with mu held. An address that is gone keeps its links until
// their age: DNS answers may rotate through more addresses than they show.
func (o *origin) update(now []string) {
	for _, a := range o.addrs {
		a.gone = !slices.Contains(now, a.name)
	}
	for _, name := range now {
		if !slices.ContainsFunc(o.addrs, func(a *address) bool { return a.name == name }) {
			o.addrs = append(o.addrs, &address{name: name, taken: o.mean()})
		}
	}
	o.prune()
}

// mean is called with mu held: what a newcomer is taken to have served, so that
// not every request goes to it.
func (o *origin) mean() int {
	sum := 0
	for _, a := range o.addrs {
		sum += a.taken
	}
	return sum / max(len(o.addrs), 1)
}

// prune is called with mu held.
func (o *origin) prune() {
	o.addrs = slices.DeleteFunc(o.addrs, func(a *address) bool { return a.gone && a.load() == 0 })
}

// candidates is called with mu held: where to dial, the best first. Healthy
// ones come by load, the others by when they may be asked again. The first one
// is counted as being dialed, so that the next dial goes elsewhere.
func (o *origin) candidates(now time.Time, first *address) []*address {
	out := make([]*address, 0, len(o.addrs))
	for _, a := range o.addrs {
		if !a.gone {
			out = append(out, a)
		}
	}
	slices.SortStableFunc(out, func(a, b *address) int {
		switch down, other := a.avoid(now), b.avoid(now); {
		case down && other:
			return a.until.Compare(b.until)
		case down:
			return 1
		case other:
			return -1
		case a == first:
			return -1
		case b == first:
			return 1
		}
		return a.load() - b.load()
	})
	out[0].dials++
	return out
}

// spread is called with mu held. A healthy address that is behind and has no
// link to give gets one beside the requests: no request waits for the balance.
func (o *origin) spread(ctx context.Context) {
	if len(o.addrs) < 2 || len(o.dials) > 0 || !o.room() {
		return
	}
	var last *address
	for _, a := range o.addrs {
		if !a.gone && (last == nil || a.taken < last.taken) {
			last = a
		}
	}
	if last == nil || last.idle.n > 0 || last.avoid(time.Now()) {
		return
	}
	if mean := o.mean(); last.load() == 0 || mean-last.taken > max(8, mean/64) {
		o.start(ctx, last)
	}
}

// stagger is RFC 8305's connection attempt delay.
const stagger = 250 * time.Millisecond

// reach dials the candidates one after another, each a stagger or a failure
// after the one before, and returns the first connection.
func (o *origin) reach(ctx context.Context, to []*address) (net.Conn, *address, error) {
	type outcome struct {
		nc  net.Conn
		at  *address
		err error
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	results := make(chan outcome, len(to))
	next, flying := 0, 0
	launch := func() {
		a := to[next]
		next++
		flying++
		if next > 1 {
			o.count(a, 1)
		}
		go func() {
			nc, err := o.t.open(ctx, o.t.dial, "tcp", a.name)
			o.count(a, -1)
			results <- outcome{nc, a, err}
		}()
	}
	launch()
	var first error
	for {
		var slow <-chan time.Time
		if next < len(to) {
			t := time.NewTimer(stagger)
			defer t.Stop()
			slow = t.C
		}
		select {
		case <-slow:
			launch()
		case r := <-results:
			flying--
			if r.err == nil {
				go func(n int) {
					for range n {
						if late := <-results; late.err == nil {
							_ = late.nc.Close()
						}
					}
				}(flying)
				return r.nc, r.at, nil
			}
			if ctx.Err() == nil {
				o.refused(r.at, r.err)
			}
			if first == nil {
				first = r.err
			}
			switch {
			case next < len(to) && ctx.Err() == nil:
				launch()
			case flying == 0:
				return nil, nil, first
			}
		}
	}
}

func (o *origin) count(a *address, n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	a.dials += n
}

func (o *origin) refused(a *address, err error) {
	o.t.conns.named(a.name).dialErrors.Add(1)
	o.mu.Lock()
	defer o.mu.Unlock()
	a.result(err, time.Now())
	a.taken = o.mean() // when it comes back, it does not have to catch up
}
