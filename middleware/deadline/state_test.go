package deadline

import (
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"
)

func newDeadlined(timeout time.Duration) *deadlined {
	return &deadlined{before: httptest.NewRequest("GET", "/", nil), start: time.Now(), timeout: timeout}
}

// A timer that had begun to ring when the deadline was moved rings again.
func TestRingBeforeTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newDeadlined(time.Second)
		done := c.Done()
		s := c.state.Load()
		s.timer.Stop()
		s.ring()
		start := time.Now()
		select {
		case <-done:
		case <-time.After(time.Hour):
		}
		if took := time.Since(start); took != time.Second {
			t.Errorf("done after %v, want 1s", took)
		}
	})
}

// The timer of a request that is over holds it in memory no longer.
func TestFinishStopsTheTimer(t *testing.T) {
	c := newDeadlined(time.Hour)
	c.Done()
	c.finish(time.Second)
	if c.state.Load().timer.Stop() {
		t.Error("the timer goes on")
	}
}
