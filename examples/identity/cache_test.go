package main

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var hashOne = TokenHash{1}

// The race DELETE must win: a load that read the store before the deletion and returns after it.
func TestForgetDuringLoad(t *testing.T) {
	read, resume := make(chan struct{}), make(chan struct{})
	var deleted atomic.Bool
	var loads atomic.Int64
	c := NewSessionCache(func(context.Context, TokenHash) (*Identity, error) {
		if loads.Add(1) > 1 {
			if !deleted.Load() {
				t.Error("second load before the deletion")
			}
			return nil, ErrNoSession
		}
		close(read)
		<-resume
		return &Identity{UserID: "old"}, nil
	})
	defer c.Close()
	var slow sync.WaitGroup
	slow.Go(func() { c.Get(t.Context(), hashOne) })
	<-read
	deleted.Store(true)
	c.Forget(hashOne)

	// While the old load still runs, a new request must not join it: it would wait for ever.
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if id, err := c.Get(ctx, hashOne); !errors.Is(err, ErrNoSession) {
		t.Errorf("during the load: got %v, %v; want ErrNoSession", id, err)
	}
	// Nor without the help of the negative cache, which may have forgotten by then.
	c.unknown.Invalidate(hashOne)
	if id, err := c.Get(ctx, hashOne); !errors.Is(err, ErrNoSession) {
		t.Errorf("during the load, negative entry gone: got %v, %v; want ErrNoSession", id, err)
	}
	close(resume)
	slow.Wait()
	c.unknown.Invalidate(hashOne)
	if id, ok := c.known.GetIfPresent(hashOne); ok {
		t.Errorf("the load that ended after Forget was cached: %v", id)
	}
	if id, err := c.Get(t.Context(), hashOne); !errors.Is(err, ErrNoSession) {
		t.Errorf("after the load: got %v, %v; want ErrNoSession", id, err)
	}
}

func TestMissesShareOneLoad(t *testing.T) {
	var loads atomic.Int64
	resume := make(chan struct{})
	c := NewSessionCache(func(context.Context, TokenHash) (*Identity, error) {
		loads.Add(1)
		<-resume
		return &Identity{UserID: "u"}, nil
	})
	defer c.Close()
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if id, err := c.Get(t.Context(), hashOne); err != nil || id.UserID != "u" {
				t.Errorf("got %v, %v", id, err)
			}
		})
	}
	eventually(t, "a load has begun", func() bool { return loads.Load() > 0 })
	close(resume)
	all.Wait()
	if n := loads.Load(); n != 1 {
		t.Errorf("%d loads for one session, want 1", n)
	}
}

// A flood of forged tokens must not push a living session out, nor ask the store twice for the same one, nor grow.
func TestForgedTokens(t *testing.T) {
	var loads, running, most atomic.Int64
	c := NewSessionCache(func(_ context.Context, h TokenHash) (*Identity, error) {
		loads.Add(1)
		now := running.Add(1)
		for m := most.Load(); now > m && !most.CompareAndSwap(m, now); m = most.Load() {
		}
		defer running.Add(-1)
		if h == hashOne {
			return &Identity{UserID: "u"}, nil
		}
		return nil, ErrNoSession
	})
	defer c.Close()
	c.Get(t.Context(), hashOne)
	var flood sync.WaitGroup
	for g := range 200 {
		flood.Go(func() {
			for i := range 150 {
				h := TokenHash{2, byte(g), byte(i), byte(i >> 8)}
				if _, err := c.Get(t.Context(), h); !errors.Is(err, ErrNoSession) {
					t.Errorf("forged token: %v", err)
				}
			}
		})
	}
	flood.Wait()
	if most.Load() > storeLoads {
		t.Errorf("%d loads at a time, want at most %d", most.Load(), storeLoads)
	}
	if _, ok := c.known.GetIfPresent(hashOne); !ok {
		t.Error("the flood pushed a living session out")
	}
	c.unknown.CleanUp()
	if n := c.unknown.EstimatedSize(); n > cachedUnknown {
		t.Errorf("%d forged tokens remembered, want at most %d", n, cachedUnknown)
	}
	before := loads.Load()
	for range 100 {
		c.Get(t.Context(), TokenHash{3})
	}
	if n := loads.Load() - before; n != 1 {
		t.Errorf("the same forged token 100 times: %d loads, want 1", n)
	}
}

// A request that gives up must not fail the others that wait for the same load.
func TestCancelledLoadFailsOnlyItsOwner(t *testing.T) {
	var loads atomic.Int64
	began := make(chan struct{})
	c := NewSessionCache(func(ctx context.Context, _ TokenHash) (*Identity, error) {
		if loads.Add(1) == 1 {
			close(began)
			<-ctx.Done()
			return nil, ctx.Err()
		}
		return &Identity{UserID: "u"}, nil
	})
	defer c.Close()
	ctx, cancel := context.WithCancel(t.Context())
	var owner sync.WaitGroup
	owner.Go(func() {
		if _, err := c.Get(ctx, hashOne); !errors.Is(err, context.Canceled) {
			t.Errorf("owner: %v, want canceled", err)
		}
	})
	<-began
	var waiter sync.WaitGroup
	waiter.Go(func() {
		if id, err := c.Get(t.Context(), hashOne); err != nil || id.UserID != "u" {
			t.Errorf("waiter: %v, %v", id, err)
		}
	})
	time.Sleep(50 * time.Millisecond) // or the waiter would come too late to have joined
	cancel()
	owner.Wait()
	waiter.Wait()
}
