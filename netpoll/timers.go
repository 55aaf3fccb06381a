package netpoll

import (
	"math"
	"time"
)

const (
	timerTick  = 100 * time.Millisecond // how late a deadline may be noticed, and never early
	timerTurns = 512                    // a turn is 51.2 s

	timerMost = (math.MaxUint32 - 2) * timerTick // as far as due goes, 13 years on: what is due later is looked at then
)

// timers orders deadlines by tick, modulo one turn: entering and leaving cost the same however many there are, and one due
// in a later turn is looked at once each turn. Its owner's lock guards it, and the timer in each T.
//
// wheel is the same for what is parked, and stays apart: its links are fd numbers in 12 of a slot's 40 bytes, where pointers
// would take 24 more and have the collector visit every parked connection. A Stream has no number to be linked by.
type timers[T any] struct {
	began time.Time
	heads [timerTurns]*timer[T]
	last  uint32 // everything due at or before is gone
	n     int
}

// timer stands in the T that has the deadline.
type timer[T any] struct {
	of         *T
	due        uint32 // 0: not in the wheel
	next, prev *timer[T]
}

// now counts ticks, rounded down.
func (w *timers[T]) now() uint32 { return uint32(time.Since(w.began) / timerTick) }

func (w *timers[T]) add(e *timer[T], of *T, at time.Time) {
	if w.n == 0 {
		w.last = w.now()
	}
	w.n++
	e.of = of
	wait := min(max(0, at.Sub(w.began)), timerMost)
	e.due = max(uint32((wait+timerTick-1)/timerTick)+1, w.last+1)
	head := &w.heads[e.due%timerTurns]
	if e.next = *head; e.next != nil {
		e.next.prev = e
	}
	*head = e
}

func (w *timers[T]) remove(e *timer[T]) {
	if e.due == 0 {
		return
	}
	if e.prev != nil {
		e.prev.next = e.next
	} else {
		w.heads[e.due%timerTurns] = e.next
	}
	if e.next != nil {
		e.next.prev = e.prev
	}
	*e = timer[T]{}
	w.n--
}

// advance removes what is due and appends it to out.
func (w *timers[T]) advance(out []*T) []*T {
	now := w.now()
	if now <= w.last {
		return out
	}
	for t := max(w.last+1, now-min(now, timerTurns-1)); t <= now; t++ {
		for e := w.heads[t%timerTurns]; e != nil; {
			this := e
			e = e.next
			if this.due <= now {
				out = append(out, this.of)
				w.remove(this)
			}
		}
	}
	w.last = now
	return out
}
