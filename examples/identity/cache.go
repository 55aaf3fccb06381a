package main

import (
	"context"
	"errors"
	"time"

	"github.com/maypok86/otter/v2"
)

const (
	cachedIdentities = 100_000
	// cacheTTL bounds how long another process's DELETE stays unseen here; this process's own takes effect at once.
	cacheTTL = time.Minute

	// Tokens that opened nothing are remembered in a cache of their own, so that forged ones can neither push living
	// sessions out nor reach the store again and again; different ones reach it at most storeLoads at a time.
	cachedUnknown = 16_384
	unknownTTL    = 10 * time.Second
	storeLoads    = 64
)

// SessionCache stands in front of the store's sessions. It is safe for concurrent use.
//
// A load that began before Forget and ends after it must not bring the session back. Otter gives that: an invalidation
// unregisters the load in flight, whose result then goes only to those who asked before. TestForgetDuringLoad holds it
// to that.
type SessionCache struct {
	known   *otter.Cache[TokenHash, *Identity]
	unknown *otter.Cache[TokenHash, struct{}]
	loads   chan struct{}
	load    func(context.Context, TokenHash) (*Identity, error)
}

// NewSessionCache caches what load returns. load's ErrNoSession is remembered for a while too; its other errors are not.
func NewSessionCache(load func(context.Context, TokenHash) (*Identity, error)) *SessionCache {
	return &SessionCache{
		known: otter.Must(&otter.Options[TokenHash, *Identity]{
			MaximumSize:      cachedIdentities,
			ExpiryCalculator: otter.ExpiryWriting[TokenHash, *Identity](cacheTTL),
		}),
		unknown: otter.Must(&otter.Options[TokenHash, struct{}]{
			MaximumSize:      cachedUnknown,
			ExpiryCalculator: otter.ExpiryWriting[TokenHash, struct{}](unknownTTL),
		}),
		loads: make(chan struct{}, storeLoads),
		load:  load,
	}
}

// Get returns the session, loading it at most once however many ask at the same time. A hit does not allocate.
func (c *SessionCache) Get(ctx context.Context, h TokenHash) (*Identity, error) {
	if id, ok := c.known.GetIfPresent(h); ok {
		return id, nil
	}
	return c.miss(ctx, h)
}

func (c *SessionCache) miss(ctx context.Context, h TokenHash) (*Identity, error) {
	if _, ok := c.unknown.GetIfPresent(h); ok {
		return nil, ErrNoSession
	}
	id, err := c.known.Get(ctx, h, otter.LoaderFunc[TokenHash, *Identity](c.limited))
	if errors.Is(err, ErrNoSession) {
		// Never wrong later: a token is made of fresh random bytes, so one that was unknown once stays so.
		c.unknown.Set(h, struct{}{})
		return nil, ErrNoSession
	}
	return id, err
}

func (c *SessionCache) limited(ctx context.Context, h TokenHash) (*Identity, error) {
	select {
	case c.loads <- struct{}{}:
		defer func() { <-c.loads }()
		return c.load(ctx, h)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Forget drops the session and disowns a load of it in flight. Call it after the store has deleted the session.
func (c *SessionCache) Forget(h TokenHash) {
	c.known.Invalidate(h)
	c.unknown.Set(h, struct{}{})
}

// Close stops the caches' goroutines.
func (c *SessionCache) Close() {
	c.known.StopAllGoroutines()
	c.unknown.StopAllGoroutines()
}
