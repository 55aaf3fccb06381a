package keepalive

import (
	"sync"
	"sync/atomic"
	"time"
)

// coarseClock tells the time in one atomic load: reading the real clock costs
// more than all the rest of a request's policy. It is late by at most tick.
// It is safe for concurrent use.
//
// A timer moves it, and only while it is read: a tick during which nobody asked
// is the last one, and the next reader starts it again. So it holds no
// goroutine and needs no Close.
type coarseClock struct {
	base time.Time     // what readings are relative to, for monotonic time; written once
	tick time.Duration // written once

	// reading is 0 while no timer runs, and otherwise the time, whose lowest bit
	// does not count but is set once somebody has asked since the timer was set.
	// Written under mu; a reader that finds the bit needs nothing else.
	reading atomic.Int64
	mu      sync.Mutex
}

func (c *coarseClock) start(span time.Duration) {
	c.base = time.Now()
	c.tick = min(max(span/64, time.Millisecond), time.Second)
}

// at converts a time to the clock's scale.
func (c *coarseClock) at(t time.Time) int64 { return int64(t.Sub(c.base)) }

func (c *coarseClock) now() int64 {
	if n := c.reading.Load(); n&1 != 0 {
		return n
	}
	return c.ask()
}

// ask is a tick's first reader.
func (c *coarseClock) ask() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.reading.Load()
	if n == 0 {
		n = c.at(time.Now())
		time.AfterFunc(c.tick, c.turn)
	}
	c.reading.Store(n | 1)
	return n | 1
}

func (c *coarseClock) turn() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.reading.Load()&1 == 0 {
		c.reading.Store(0)
		return
	}
	c.reading.Store(max(c.at(time.Now())&^1, 2))
	time.AfterFunc(c.tick, c.turn)
}
