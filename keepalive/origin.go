package keepalive

import (
	"context"
	"slices"
	"sync"
	"time"
)

// origin is the pool of one host and port. It is safe for concurrent use.
//
// A request takes an idle link or waits; whoever has a link to give, from a
// request that ended or from a dial, gives it to the oldest waiter. Dials are
// nobody's in particular: there are as many as waiters, within MaxConns.
type origin struct {
	t   *Transport
	key string // host:port, as dialed by a dialer that resolves for itself

	mu      sync.Mutex
	addrs   []*address // guarded by mu
	waiters []*waiter  // guarded by mu, oldest first
	dials   []*dial    // guarded by mu, oldest first
	open    int        // guarded by mu: links, idle or not
	idle    int        // guarded by mu
	timer   bool       // guarded by mu: a sweep is due
	dead    bool       // guarded by mu: no longer in the pool's map
	names   names      // guarded by mu
}

// waiter is a request without a link.
type waiter struct {
	ctx   context.Context // its values go with the dial: httptrace
	ready chan offer      // one offer at most
	after time.Time       // not zero: it takes only a link that was opened later and has carried nothing
}

func (w *waiter) takes(l *link) bool {
	return w.after.IsZero() || l.served == 0 && !l.born.Before(w.after)
}

type offer struct {
	l   *link
	err error
}

// dial is one connection on its way.
type dial struct {
	cancel context.CancelFunc
	ended  bool // canceled; guarded by origin.mu
}

// want is what a request asks of its link.
type want struct {
	fresh bool // opened for it
	once  bool // the request cannot be repeated: no link that the server may be about to close
}

// take returns an idle link that is fit for a request, or a waiter to wait on;
// neither, if the origin is dead.
func (o *origin) take(ctx context.Context, wt want) (*link, *waiter) {
	now := time.Now()
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.dead {
		return nil, nil
	}
	for !wt.fresh {
		l, r := o.next(now, wt.once)
		if l == nil {
			break
		}
		if r != noReason {
			o.drop(l, r)
			continue
		}
		o.assign(l)
		o.spread(ctx)
		return l, nil
	}
	w := &waiter{ctx: ctx, ready: make(chan offer, 1)}
	if wt.fresh {
		w.after = now
	}
	o.waiters = append(o.waiters, w)
	o.staff()
	return nil, w
}

// get waits for a link. The context's end leaves the dial to others, if there
// are any.
func (o *origin) get(ctx context.Context, wt want) (l *link, gone bool, err error) {
	l, w := o.take(ctx, wt)
	if w == nil {
		return l, l == nil, nil
	}
	select {
	case got := <-w.ready:
		return got.l, false, got.err
	case <-ctx.Done():
		o.leave(w)
		return nil, false, context.Cause(ctx)
	}
}

// leave takes back what was offered in the same moment.
func (o *origin) leave(w *waiter) {
	o.mu.Lock()
	if i := slices.Index(o.waiters, w); i >= 0 {
		o.waiters = slices.Delete(o.waiters, i, i+1)
	}
	o.spare()
	o.watch()
	o.mu.Unlock()
	select {
	case got := <-w.ready:
		if got.l != nil {
			o.back(got.l, true)
		}
	default:
	}
}

// spare is called with mu held: the youngest dial ends if there is one too many.
func (o *origin) spare() {
	var last *dial
	n := 0
	for _, d := range o.dials {
		if !d.ended {
			last = d
			n++
		}
	}
	if n > len(o.waiters) {
		last.ended = true
		last.cancel()
	}
}

// back is where every link returns to, once for each time it was taken.
func (o *origin) back(l *link, reuse bool) {
	o.returned(l, reuse)
	o.t.bound()
}

func (o *origin) returned(l *link, reuse bool) {
	now := time.Now()
	o.mu.Lock()
	defer o.mu.Unlock()
	l.at.busy--
	l.since = now
	if reuse {
		o.keep(l, now)
	} else {
		l.note(l.reason)
		o.lost(l)
	}
	o.watch()
}

// keep is called with mu held, with a link that nobody owns.
func (o *origin) keep(l *link, now time.Time) {
	// A new link serves once, however old its lookup is by now: without that, a
	// slow DNS server and a short MaxAge would dial for ever.
	i := slices.IndexFunc(o.waiters, func(w *waiter) bool { return w.takes(l) })
	if r := l.over(now, 0); r != noReason && !(i >= 0 && l.served == 0) {
		o.drop(l, r)
		return
	}
	if i >= 0 {
		o.assign(l)
		o.offer(i, offer{l: l})
		return
	}
	o.list(l)
	if o.idle > o.t.maxIdle() {
		o.evict()
	}
	o.staff() // a waiter that did not take it may want its room
}

// offer is called with mu held: waiter i gets it.
func (o *origin) offer(i int, got offer) {
	w := o.waiters[i]
	if i > 0 {
		o.waiters = slices.Delete(o.waiters, i, i+1)
	} else if o.waiters[0], o.waiters = nil, o.waiters[1:]; len(o.waiters) == 0 {
		o.waiters = nil
	}
	w.ready <- got
}

// drop is called with mu held: an unused link ends.
func (o *origin) drop(l *link, r reason) {
	l.note(r)
	l.Close()
	o.lost(l)
}

// lost is called with mu held when a link is no more.
func (o *origin) lost(l *link) {
	o.open--
	l.at.open--
	l.tally.open.Add(-1)
	o.staff()
}

// evict is called with mu held: the link that was idle longest goes.
func (o *origin) evict() {
	var oldest *link
	for _, a := range o.addrs {
		if l := a.idle.front; l != nil && (oldest == nil || l.since.Before(oldest.since)) {
			oldest = l
		}
	}
	if oldest != nil {
		o.unlist(oldest)
		o.drop(oldest, byIdle)
	}
}

// list is called with mu held.
func (o *origin) list(l *link) {
	l.Rest()
	l.at.idle.push(l)
	l.tally.idle.Add(1)
	o.t.idleLinks.Add(1)
	o.idle++
}

// unlist is called with mu held.
func (o *origin) unlist(l *link) {
	l.at.idle.remove(l)
	l.tally.idle.Add(-1)
	o.t.idleLinks.Add(-1)
	o.idle--
}

// next is called with mu held: the idle link that a request would take, off the
// list, and why it cannot, if so; nil where another is to be opened. Among
// addresses the least busy one serves, and of equals the one that has served
// least; one that seems to leave is the last.
func (o *origin) next(now time.Time, once bool) (*link, reason) {
	var best *address
	for _, a := range o.addrs {
		if a.idle.n > 0 && (best == nil || a.before(best, now)) {
			best = a
		}
	}
	if best == nil {
		return nil, noReason
	}
	l, oldest := best.idle.back, best.idle.front
	if o.t.Order == FIFO && (!once || o.staysOpen(oldest, now)) {
		l = oldest
	}
	o.unlist(l)
	limit, _ := o.idleLimit(l, now)
	r := l.over(now, limit)
	switch {
	case r != noReason || !once || o.trusts(l, now):
		return l, r
	case o.room():
		o.list(l) // where it was; it shows how long the server leaves it open
		return nil, noReason
	}
	return l, byIdle // its place is needed
}

// before is called with mu held.
func (a *address) before(b *address, now time.Time) bool {
	if out, other := now.Before(a.leaves), now.Before(b.leaves); out != other {
		return other
	}
	return a.busy < b.busy || a.busy == b.busy && a.taken < b.taken
}

// assign is called with mu held: l gets a request.
func (o *origin) assign(l *link) {
	l.at.busy++
	l.at.taken++
}
