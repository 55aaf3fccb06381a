package keepalive

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
)

// Preconnect opens connections to the URL's host until n are there, before
// they are needed. It is for http:// on Linux, where Transport's own
// connections are used; elsewhere it wraps [errors.ErrUnsupported]. It returns
// the first error of those that could not be opened.
func (t *Transport) Preconnect(ctx context.Context, url string, n int) error {
	t.once.Do(t.build)
	if t.err != nil {
		return t.err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	key, ok := t.plain(req)
	if !ok {
		return fmt.Errorf("keepalive: Preconnect to %s: %w", url, errors.ErrUnsupported)
	}
	return t.preconnect(ctx, key, n)
}

var errPreconnect = fmt.Errorf("keepalive: Preconnect: %w", errors.ErrUnsupported)

// preconnect holds n links at once, so that they are n.
func (t *Transport) preconnect(ctx context.Context, key string, n int) error {
	t.once.Do(t.build)
	if t.err != nil {
		return t.err
	}
	if !t.lean.Load() {
		return errPreconnect
	}
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		links []*link
		first error
	)
	if most := t.maxConns(); most > 0 {
		n = min(n, most)
	}
	for range n {
		wg.Go(func() {
			l, err := t.get(ctx, key, want{})
			mu.Lock()
			defer mu.Unlock()
			if l != nil {
				links = append(links, l)
			}
			if first == nil {
				first = err
			}
		})
	}
	wg.Wait()
	if first == nil && !t.lean.Load() { // a dialer whose connections cannot be looked at: they are gone
		first = errPreconnect
	}
	for _, l := range links {
		l.origin.back(l, true)
	}
	return first
}
