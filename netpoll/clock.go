package netpoll

import (
	"sync"
	"time"
)

// clock ends the streams of a Server whose time has come: one wheel, and one timer that runs while it holds any.
type clock struct {
	mu      sync.Mutex // taken after a Stream's
	wheel   timers[Stream]
	sweep   *time.Timer
	stopped bool
}

func (c *clock) start() {
	c.wheel.began = time.Now()
	c.sweep = time.AfterFunc(time.Hour, c.tick)
	c.sweep.Stop()
}

func (c *clock) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stopped = true
	c.sweep.Stop()
}

// set makes at the time at which s is looked at; zero: never.
func (c *clock) set(s *Stream, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wheel.remove(&s.due)
	if at.IsZero() || c.stopped {
		return
	}
	if c.wheel.n == 0 {
		c.sweep.Reset(timerTick)
	}
	c.wheel.add(&s.due, s, at)
}

func (c *clock) tick() {
	c.mu.Lock()
	due := c.wheel.advance(nil)
	c.mu.Unlock()
	for _, s := range due {
		s.expire()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.wheel.n > 0 && !c.stopped {
		c.sweep.Reset(timerTick)
	}
}
