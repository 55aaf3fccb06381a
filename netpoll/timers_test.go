package netpoll

import (
	"math"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"
)

// Against the plain reading of a deadline: nothing early, nothing later than promised, everything once.
func TestTimersAgainstModel(t *testing.T) {
	type entry struct {
		timer timer[entry]
		at    time.Time
		in    bool
	}
	synctest.Test(t, func(t *testing.T) {
		rnd := rand.New(rand.NewPCG(1, 2))
		w := &timers[entry]{began: time.Now()}
		all := make([]entry, 2000)
		n := 0
		for range 20000 {
			switch e := &all[rnd.IntN(len(all))]; rnd.IntN(4) {
			case 0, 1:
				if !e.in {
					e.at, e.in = time.Now().Add(time.Duration(rnd.IntN(150_000)-100)*time.Millisecond), true
					w.add(&e.timer, e, e.at)
					n++
				}
			case 2:
				if w.remove(&e.timer); e.in {
					e.in = false
					n--
				}
			default:
				time.Sleep(time.Duration(rnd.IntN(4000)) * time.Millisecond)
				if rnd.IntN(50) == 0 {
					time.Sleep(2 * time.Minute)
				}
				now := time.Now()
				for _, e := range w.advance(nil) {
					if !e.in || e.at.After(now) {
						t.Fatalf("due at %v (in %v), came at %v", e.at, e.in, now)
					}
					e.in = false
					n--
				}
				for i := range all {
					if e := &all[i]; e.in && now.Sub(e.at) > 2*timerTick {
						t.Fatalf("due at %v and still there at %v", e.at, now)
					}
				}
			}
			if w.n != n {
				t.Fatalf("%d in the wheel, want %d", w.n, n)
			}
		}
	})
}

// What is due after the last tick there is does not come before.
func TestTimersDistant(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		type entry struct{ timer timer[entry] }
		w := &timers[entry]{began: time.Now()}
		var all [3]entry
		for i, d := range []time.Duration{math.MaxInt64, 14 * 365 * 24 * time.Hour, 100 * 365 * 24 * time.Hour} {
			w.add(&all[i].timer, &all[i], time.Now().Add(d))
		}
		for range 10 {
			time.Sleep(24 * time.Hour)
			if out := w.advance(nil); len(out) > 0 {
				t.Fatalf("%d have come", len(out))
			}
		}
	})
}
