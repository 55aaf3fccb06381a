package keepalive

import (
	"fmt"
	"testing"
	"time"
)

// A connection that was left open proves as much for others, less what a
// request's way takes; one that was closed earlier takes the proof away.
func TestWhatIsLeftOpenIsTrusted(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	var h habit
	now := time.Now()
	expect := func(idle, rtt time.Duration, want bool) {
		t.Helper()
		if got := h.trusts(idle, rtt, now); got != want {
			t.Errorf("idle for %v, %v away: trusted is %v, want %v", idle, rtt, got, want)
		}
	}
	expect(9*ms, 0, true) // no server is that quick
	expect(10*ms, 0, false)
	h.saw(200*ms, false, 0, now)
	h.saw(100*ms, false, 0, now) // says less
	expect(180*ms, 0, true)
	expect(181*ms, 0, false)
	expect(150*ms, 30*ms, true)
	expect(151*ms, 30*ms, false)
	h.saw(300*ms, true, 200*ms, now) // closed 200 ms before that was found
	expect(90*ms, 0, true)
	expect(91*ms, 0, false)
	h.saw(400*ms, false, 0, now)
	expect(360*ms, 0, true)
	h.saw(400*ms, true, -1, now) // a reset, nobody knows when
	expect(10*ms, 0, false)
	h.saw(400*ms, false, 0, now)
	if now = now.Add(learnMemory); h.trusts(20*ms, 0, now) {
		t.Error("trusted for ever")
	}
	h.saw(100*ms, false, 0, now)
	expect(360*ms, 0, false) // what was known before counts no more
	expect(90*ms, 0, true)
}

// What is known of a limit keeps a round trip clear of it.
func TestLimitsAreAsFarAwayAsTheServer(t *testing.T) {
	t.Parallel()
	var h habit
	now := time.Now()
	for range learnTimes {
		h.saw(time.Second, true, 0, now)
	}
	for _, tt := range []struct{ own, rtt, want time.Duration }{
		{0, 0, 900 * time.Millisecond},
		{0, 300 * time.Millisecond, 600 * time.Millisecond},
		{0, 2 * time.Second, 1}, // no connection is young enough, none is for ever
		{500 * time.Millisecond, 0, 500 * time.Millisecond},
	} {
		if got, known := h.limit(tt.own, tt.rtt, false, now); got != tt.want || !known {
			t.Errorf("%v away: limit %v (known %v), want %v", tt.rtt, got, known, tt.want)
		}
	}
	if got, known := h.limit(time.Minute, 0, true, now); got != time.Minute || known {
		t.Errorf("forgetful: limit %v (known %v), want the client's own", got, known)
	}
}

func TestHabitsAreBounded(t *testing.T) {
	t.Parallel()
	var hs habits
	for i := range maxHabits + 100 {
		h := hs.of(fmt.Sprint(i))
		h.said.Store(1)
		if hs.of(fmt.Sprint(i)) != h {
			t.Fatalf("address %d has two", i)
		}
	}
	if len(hs.by) != maxHabits {
		t.Errorf("%d addresses are known, want %d", len(hs.by), maxHabits)
	}
	if h := hs.of("another"); h.said.Load() != 0 {
		t.Error("an address has what another one said")
	}
}
