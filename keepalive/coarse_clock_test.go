package keepalive

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestCoarseClockIsNeverLateByMoreThanATick(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := new(coarseClock)
		c.start(10 * time.Second)
		for _, pause := range []time.Duration{0, 1, c.tick / 3, c.tick, 3 * c.tick, time.Hour, 1, c.tick + 1, c.tick * 2, time.Minute} {
			time.Sleep(pause)
			synctest.Wait()
			if late := c.at(time.Now()) - c.now(); late < -1 /* the bit */ || late > int64(c.tick) {
				t.Errorf("after a pause of %v: late by %v, want at most %v", pause, time.Duration(late), c.tick)
			}
		}
	})
}

// A timer that never stops would hold the policy, and wake the process, for ever.
func TestCoarseClockStopsWhenNobodyAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := new(coarseClock)
		c.start(time.Second)
		c.now()
		time.Sleep(3 * c.tick)
		synctest.Wait()
		c.mu.Lock()
		defer c.mu.Unlock()
		if n := c.reading.Load(); n != 0 {
			t.Errorf("reading = %d after three ticks of silence: a timer runs", n)
		}
	})
}

func TestCoarseClockUnderConcurrentReaders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := new(coarseClock)
		c.start(64 * time.Millisecond)
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				for n := range 50 {
					time.Sleep(time.Duration(1+(i*7+n*3)%5) * time.Millisecond / 2)
					if late := c.at(time.Now()) - c.now(); late > int64(c.tick) {
						t.Errorf("late by %v", time.Duration(late))
					}
				}
			})
		}
		wg.Wait()
	})
}
