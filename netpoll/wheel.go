//go:build linux && !portable

package netpoll

import (
	"math"
	"time"
)

// tick is how late a timeout may end a parked connection; never early.
const tick = 100 * time.Millisecond

const buckets = 512

// wheel orders the slots that have a timeout by due modulo one turn (51.2 s). Entering and leaving cost the same however
// many there are; a slot due in a later turn is looked at once each turn. It is guarded by lot.mu.
type wheel struct {
	table *table
	heads [buckets]int32 // fd+1; 0: empty
	last  uint32         // everything due at or before is gone
	timed int
}

func (w *wheel) add(fd int, due, now uint32) {
	if w.timed == 0 {
		w.last = now
	}
	w.timed++
	s := w.table.at(fd)
	s.due = max(due, w.last+1)
	head := &w.heads[s.due%buckets]
	s.prev, s.next = 0, *head
	if s.next != 0 {
		w.table.at(int(s.next - 1)).prev = int32(fd + 1)
	}
	*head = int32(fd + 1)
}

func (w *wheel) remove(fd int) {
	s := w.table.at(fd)
	if s.due == 0 {
		return
	}
	if s.prev != 0 {
		w.table.at(int(s.prev - 1)).next = s.next
	} else {
		w.heads[s.due%buckets] = s.next
	}
	if s.next != 0 {
		w.table.at(int(s.next - 1)).prev = s.prev
	}
	s.due, s.next, s.prev = 0, 0, 0
	w.timed--
}

// advance calls f for each slot that is due. f removes the one it is given, and no other.
func (w *wheel) advance(now uint32, f func(fd int, s *slot)) {
	if now <= w.last {
		return
	}
	for t := max(w.last+1, now-min(now, buckets-1)); t <= now; t++ {
		for n := w.heads[t%buckets]; n != 0; {
			fd := int(n - 1)
			s := w.table.at(fd)
			n = s.next
			if s.due <= now {
				f(fd, s)
			}
		}
	}
	w.last = now
}

// ticks is the wheel's time d after its beginning, rounded down.
func ticks(d time.Duration) uint32 { return uint32(max(d, 0) / tick) }

// lastTick is as far as a wheel sees, 13 years on: what would be due after it is due then.
const lastTick = math.MaxUint32 - 1

// dueAt is the tick at which limit has passed.
func dueAt(limit moment) uint32 {
	return ticks(min(time.Duration(limit), (lastTick-1)*tick)+tick-1) + 1
}

// limitOf is the latest limit that is due at this tick: to be parked anew under it changes nothing.
func limitOf(due uint32) moment {
	if due == 0 {
		return never
	}
	return moment(due-1) * moment(tick)
}
