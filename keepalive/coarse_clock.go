package keepalive

import (
	"sync"
	"sync/atomic"
	"time"
)

// coarseClock tells the time in two atomic loads: reading the real clock costs
// more than all the rest of a request's policy. It is late by at most tick.
// It is safe for concurrent use.
//
// A timer moves it, and only while it is read: a tick during which nobody asked
// is the last one, and the next reader starts it again. So it holds no
// goroutine and needs no Close.
//
// Invariant, under mu: !running implies !asked. A reader that sees asked
// therefore has a timer behind it.
type coarseClock struct {
	base  time.Time     // what readings are relative to, for monotonic time; written once
	tick  time.Duration // written once
	nanos atomic.Int64  // stored before asked becomes true, so a reader of asked sees it
	asked atomic.Bool

	mu      sync.Mutex
	running bool // guarded by mu
}

func (c *coarseClock) start(span time.Duration) {
	c.base = time.Now()
	c.tick = min(max(span/64, time.Millisecond), time.Second)
}

// at converts a time to the clock's scale.
func (c *coarseClock) at(t time.Time) int64 { return int64(t.Sub(c.base)) }

func (c *coarseClock) now() int64 {
	if !c.asked.Load() {
		c.wake()
	}
	return c.nanos.Load()
}

func (c *coarseClock) wake() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.running {
		c.running = true
		c.nanos.Store(c.at(time.Now()))
		time.AfterFunc(c.tick, c.turn)
	}
	c.asked.Store(true)
}

func (c *coarseClock) turn() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.nanos.Store(c.at(time.Now()))
	c.running = c.asked.Swap(false)
	if c.running {
		time.AfterFunc(c.tick, c.turn)
	}
}
