package main

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"sync/atomic"
	"time"
)

// Drain takes a server out of service without failing a request. Begun, readyz says 503 and every answer carries
// "Connection: close", so that clients and load balancers leave by themselves; connections are still accepted and
// served. Only when they have had their time is the server shut down. It is safe for concurrent use.
//
// Server.SetKeepAlivesEnabled(false) will not do: it also closes idle connections at once, under a client that is just
// sending its next request.
type Drain struct {
	next     http.Handler
	draining atomic.Bool  // set once; a request that reads the old value is merely the last of its kind
	requests atomic.Int64 // a counter, it orders nothing
}

// ServeHTTP implements http.Handler.
func (d *Drain) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.requests.Add(1)
	if d.draining.Load() {
		w.Header().Set("Connection", "close")
	}
	d.next.ServeHTTP(w, r)
}

// Ready reports whether new work should come here.
func (d *Drain) Ready() bool { return !d.draining.Load() }

// Shutdown drains for a while and then shuts the server down, giving requests that still run until ctx
// ends. An error means that some did not make it.
func (d *Drain) Shutdown(ctx context.Context, server *http.Server, drain time.Duration) error {
	d.draining.Store(true)
	select {
	case <-time.After(drain):
	case <-ctx.Done():
	}
	if err := server.Shutdown(ctx); err != nil {
		return fmt.Errorf("identity: requests cut that still ran: %w", err)
	}
	return nil
}

// Stats is the body of GET /debug/stats, which only -debug serves: the measuring program divides differences of it.
type Stats struct {
	Variant    string `json:"variant"`
	Requests   int64  `json:"requests"`
	Mallocs    uint64 `json:"mallocs"`
	TotalAlloc uint64 `json:"total_alloc"`
	Heap       uint64 `json:"heap"`
	Goroutines int    `json:"goroutines"`
}

func (d *Drain) stats(variant string) Stats {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return Stats{
		Variant: variant, Requests: d.requests.Load(), Mallocs: m.Mallocs, TotalAlloc: m.TotalAlloc,
		Heap: m.HeapAlloc, Goroutines: runtime.NumGoroutine(),
	}
}
