package keepalive

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

func testLanes() *lanes {
	return &lanes{make: func(*lane) *http.Transport { return new(http.Transport) }}
}

func (ls *lanes) sizes() (current, alive int) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	return len(ls.current), len(ls.alive)
}

// A client that asks a million origins must not keep a million lanes.
func TestLanesAreForgotten(t *testing.T) {
	t.Parallel()
	ls := testLanes()
	l, first := ls.enter("a")
	l.added()
	l.leave()
	if same, _ := ls.enter("a"); !first || same != l {
		t.Error("a lane with a connection was not used again")
	}
	l.leave()
	l.lost()
	if c, a := ls.sizes(); c != 0 || a != 0 {
		t.Errorf("lanes = %d current, %d alive, want none", c, a)
	}
	l.added() // a dial that outlived its request
	if c, a := ls.sizes(); c != 1 || a != 1 {
		t.Errorf("after a late dial: %d current, %d alive, want 1 and 1", c, a)
	}
	l.lost()
	if c, a := ls.sizes(); c != 0 || a != 0 {
		t.Errorf("after its end: %d current, %d alive, want none", c, a)
	}
}

func TestFullLaneHasASuccessorAndEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ls := testLanes()
		l, _ := ls.enter("a")
		l.added()
		l.full()
		l.full() // two streams may both see the limit
		next, first := ls.enter("a")
		if next == l || !first {
			t.Fatal("a full lane was entered")
		}
		waited := make(chan struct{})
		go func() {
			second, first := ls.enter("a")
			second.wait(t.Context(), first)
			second.leave()
			close(waited)
		}()
		synctest.Wait()
		select {
		case <-waited:
			t.Error("the second request did not wait for the first one's connection")
		default:
		}
		next.warmed()
		<-waited
		next.leave()
		time.Sleep(3 * sweepEvery)
		l.leave()
		l.lost()
		time.Sleep(2 * sweepEvery) // the sweep's timer must end too
		synctest.Wait()
		if c, a := ls.sizes(); c != 0 || a != 0 {
			t.Errorf("lanes = %d current, %d alive, want none", c, a)
		}
	})
}

func TestWaitersGoOnWhenTheFirstFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ls := testLanes()
		l, _ := ls.enter("a")
		l.full()
		next, _ := ls.enter("a")
		done := make(chan struct{})
		go func() { next.wait(t.Context(), false); close(done) }()
		synctest.Wait()
		next.leave() // no connection
		<-done
		l.leave()
		time.Sleep(2 * sweepEvery)
	})
}
