package zerocopy

import "sync"

// A clock keeps the sum of what entries cost within a budget. It approximates
// least-recently-used without a lock on a hit: a hit sets a mark, and the hand
// takes the first entry without one, wiping marks as it goes. It is safe for
// concurrent use.
type clock struct {
	mu     sync.Mutex
	ring   []slot
	hand   int
	sum    int64
	budget int64
}

// A slot is an entry and what of it is paid for; c is nil for the entry itself.
type slot struct {
	e    *entry
	c    *content
	cost int64
}

// add enters s and returns the slots that have to go.
func (k *clock) add(s slot) (out []slot) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.ring = append(k.ring, s)
	k.sum += s.cost
	// The newest has not had its chance yet and stands last, so the hand does not
	// reach it before it has passed all others.
	for k.sum > k.budget && len(k.ring) > 1 {
		out = append(out, k.evict())
	}
	return out
}

// evict takes one slot out. Two rounds suffice: the first wipes the marks.
func (k *clock) evict() slot {
	for range 2 * len(k.ring) {
		if k.hand >= len(k.ring)-1 {
			k.hand = 0
		}
		s := k.ring[k.hand]
		if s.stale() || !s.e.used.Swap(false) {
			break
		}
		k.hand++
	}
	if k.hand >= len(k.ring)-1 {
		k.hand = 0
	}
	s := k.ring[k.hand]
	last := len(k.ring) - 1
	newest := k.ring[last]
	// The newest moves to the hole and the hand past it, so order hardly suffers.
	k.ring[k.hand] = newest
	k.ring[last] = slot{}
	k.ring = k.ring[:last]
	k.hand++
	k.sum -= s.cost
	return s
}

// stale slots are paid for but gone: their content was replaced by a newer one.
func (s slot) stale() bool { return s.c != nil && s.e.live.Load() != s.c }

// half evicts half of the slots.
func (k *clock) half() (out []slot) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for n := len(k.ring) / 2; n > 0; n-- {
		out = append(out, k.evict())
	}
	return out
}

func (k *clock) clear() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.ring, k.hand, k.sum = nil, 0, 0
}
