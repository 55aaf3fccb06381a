package keepalive

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"time"
)

// names is what an origin knows of its name.
type names struct {
	asked time.Time
	fixed []string // addresses that are not looked up
}

// lookupEvery is how old a lookup may be that a dial relies on. DNS is asked by
// dials only, and every link is dialed again after MaxAge; a link's age counts
// from its lookup, so this must be a small part of it.
func (t *Transport) lookupEvery() time.Duration {
	if t.life.age <= 0 {
		return time.Second
	}
	return min(time.Second, t.life.age/16)
}

// room is called with mu held.
func (o *origin) room() bool {
	limit := o.t.maxConns()
	return limit <= 0 || o.open+len(o.dials) < limit
}

// staff is called with mu held: as many dials as waiters, within the limit.
func (o *origin) staff() {
	for len(o.dials) < len(o.waiters) && o.room() {
		o.start(o.waiters[len(o.dials)].ctx, nil)
	}
	if len(o.dials) < len(o.waiters) && o.idle > 0 {
		o.evict() // for one that does not take what is idle; its end comes back here
	}
}

// start is called with mu held. The dial belongs to nobody, so the end of the
// request that caused it does not end it; leave does, if it is one too many. to
// is preferred, if it is not nil.
func (o *origin) start(ctx context.Context, to *address) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	d := &dial{cancel: cancel}
	o.dials = append(o.dials, d)
	go func() {
		defer cancel()
		l, err := o.connect(ctx, to)
		o.mu.Lock()
		defer o.mu.Unlock()
		if i := slices.Index(o.dials, d); i >= 0 {
			o.dials = slices.Delete(o.dials, i, i+1)
		}
		o.arrived(ctx, l, err)
	}()
}

// arrived is called with mu held.
func (o *origin) arrived(ctx context.Context, l *link, err error) {
	switch {
	case err == nil:
		o.open++
		l.at.open++
		o.keep(l, time.Now())
	case len(o.waiters) > len(o.dials) && ctx.Err() == nil:
		o.offer(0, offer{err: err}) // nobody else is on the way for this one
	}
	o.staff()
	o.watch()
}

func (o *origin) connect(ctx context.Context, first *address) (*link, error) {
	if err := o.lookup(ctx); err != nil {
		return nil, err
	}
	asked := o.asked()
	nc, at, err := o.reach(ctx, o.places(first))
	if err != nil {
		return nil, err
	}
	o.answered(at)
	return o.newLink(nc, at, asked), nil
}

// asked is when the addresses were looked up: a link's age counts from there,
// so that an address that left DNS is left within MaxAge.
func (o *origin) asked() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.names.asked
}

func (o *origin) places(first *address) []*address {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.candidates(time.Now(), first)
}

func (o *origin) answered(a *address) {
	o.mu.Lock()
	defer o.mu.Unlock()
	a.result(nil, time.Now())
}

// lookup keeps the origin's addresses current. A dialer of the caller's own
// resolves for itself: then the origin has one address, its name.
func (o *origin) lookup(ctx context.Context) error {
	o.mu.Lock()
	fresh := len(o.addrs) > 0 && (len(o.names.fixed) > 0 || time.Since(o.names.asked) < o.t.lookupEvery())
	o.mu.Unlock()
	if fresh {
		return nil
	}
	begin, found := time.Now(), o.names.fixed
	if len(found) == 0 {
		var err error
		if found, err = o.resolve(ctx); err != nil {
			return err
		}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.names.asked = begin
	o.update(found)
	return nil
}

func (o *origin) resolve(ctx context.Context) ([]string, error) {
	host, port, err := net.SplitHostPort(o.key)
	if err != nil || o.t.ownDialer {
		return []string{o.key}, nil
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return []string{o.key}, nil
	}
	found, err := o.t.resolver().LookupNetIP(ctx, "ip", host)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: err}
	}
	out := make([]string, 0, len(found))
	for _, ip := range found {
		name := net.JoinHostPort(ip.Unmap().String(), port)
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out, nil
}
