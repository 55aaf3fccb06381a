package keepalive

import (
	"context"
	"sync"
)

// pools knows the origins that have a link, a dial or a waiter. It is safe for
// concurrent use. Its mu is taken with an origin's held, never the other way.
type pools struct {
	mu sync.RWMutex
	m  map[string]*origin // guarded by mu
}

func (ps *pools) of(t *Transport, key string) *origin {
	if t.backends != nil {
		return t.backends
	}
	ps.mu.RLock()
	o := ps.m[key]
	ps.mu.RUnlock()
	if o != nil {
		return o
	}
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if o = ps.m[key]; o == nil {
		if ps.m == nil {
			ps.m = make(map[string]*origin)
		}
		o = &origin{t: t, key: key}
		ps.m[key] = o
	}
	return o
}

// forget is called with o.mu held, when the origin has nothing left.
func (ps *pools) forget(o *origin) {
	if o == o.t.backends {
		return // what is known of their health stays
	}
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if ps.m[o.key] == o {
		delete(ps.m, o.key)
	}
	o.dead = true
}

func (t *Transport) origins() []*origin {
	if t.backends != nil {
		return []*origin{t.backends}
	}
	t.pools.mu.RLock()
	defer t.pools.mu.RUnlock()
	out := make([]*origin, 0, len(t.pools.m))
	for _, o := range t.pools.m {
		out = append(out, o)
	}
	return out
}

func (t *Transport) closeIdle() {
	for _, o := range t.origins() {
		o.closeIdle()
	}
}

// get finds a link of the origin; an origin that was forgotten in the same
// moment is asked for again.
func (t *Transport) get(ctx context.Context, key string, wt want) (*link, error) {
	for {
		l, gone, err := t.pools.of(t, key).get(ctx, wt)
		if !gone {
			return l, err
		}
	}
}
