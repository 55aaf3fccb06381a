package keepalive

import (
	"context"
	"math"
	"net"
	"sync/atomic"
	"time"
)

// connKey finds a policy's connection in a request's context; being a pointer
// alone, it becomes an interface without an allocation.
type connKey struct{ p *Policy }

// connLife is one connection's account. HTTP/2 spends from it concurrently.
type connLife struct {
	left     atomic.Int64 // requests; each Add's result belongs to one of them: exact, in any order
	retireAt int64        // coarse time; never written after ConnContext
}

// ConnContext is for [http.Server.ConnContext] where Configure does not fit.
//
// A connection that was parked outside the server comes back as a new one. If
// it, or what its NetConn leads to, has Accepted() time.Time or Served() int
// (the requests it has carried), these are where the account goes on.
func (p *Policy) ConnContext(ctx context.Context, c net.Conn) context.Context {
	p.once.Do(p.prepare)
	if !p.limited {
		return ctx
	}
	life := p.lifeOf(c)
	if life == nil {
		life = p.open(c)
	}
	return context.WithValue(ctx, connKey{p}, life)
}

// open begins an account, or goes on with the one of a parked connection.
func (p *Policy) open(c net.Conn) *connLife {
	accepted, served := history(c)
	life := &connLife{retireAt: math.MaxInt64}
	life.left.Store(math.MaxInt64)
	if p.MaxRequests > 0 {
		life.left.Store(int64(p.MaxRequests) - int64(served))
	}
	if end := (lifetime{age: p.MaxAge, jitter: p.Jitter}).end(accepted, c); !end.IsZero() {
		life.retireAt = p.clock.at(end)
	}
	return life
}

func (p *Policy) chain(first func(context.Context, net.Conn) context.Context) func(context.Context, net.Conn) context.Context {
	if first == nil {
		return p.ConnContext
	}
	return func(ctx context.Context, c net.Conn) context.Context { return p.ConnContext(first(ctx, c), c) }
}

// spend counts one request and reports whether it is the last.
func (c *connLife) spend(p *Policy) bool {
	return c.left.Add(-1) <= 0 || c.retireAt != math.MaxInt64 && p.clock.now() >= c.retireAt
}

// history walks past TLS too: it reads facts and does no I/O.
func history(c net.Conn) (accepted time.Time, served int) {
	for c != nil {
		if a, ok := c.(interface{ Accepted() time.Time }); ok && accepted.IsZero() {
			accepted = a.Accepted()
		}
		if s, ok := c.(interface{ Served() int }); ok && served == 0 {
			served = s.Served()
		}
		inner, ok := c.(interface{ NetConn() net.Conn })
		if !ok {
			break
		}
		c = inner.NetConn()
	}
	if accepted.IsZero() {
		accepted = time.Now()
	}
	return accepted, served
}
