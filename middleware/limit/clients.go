package limit

import (
	"hash/maphash"
	"sync"
	"sync/atomic"
)

// clients remembers when each client is unlimited again, in memory that is allocated once: a table of small sets, in which a
// client has one place to be. It is safe for concurrent use.
type clients struct {
	seed      maphash.Seed
	sets      []set // a power of two, by the hash's low bits
	forgotten atomic.Uint64
}

const setSize = 7

// set is two cache lines. mu guards the rest.
type set struct {
	mu  sync.Mutex
	who [setSize]uint64 // a client's hash; two clients of one hash share a limit, which with a secret seed nobody can bring about
	at  [setSize]int64  // when the client has its whole burst again; 0 for a place nobody uses
	_   [128 - 8 - 16*setSize]byte
}

func newClients(keys int) *clients {
	n := 1
	for n*setSize < keys {
		n *= 2
	}
	return &clients{seed: maphash.MakeSeed(), sets: make([]set, n)}
}

func (c *clients) hashString(s string) uint64 { return maphash.String(c.seed, s) }
func (c *clients) hashAddr(a [16]byte) uint64 { return maphash.Bytes(c.seed, a[:]) }

// take is the generic cell rate algorithm: a request moves the client's time on by every, and is refused if that would be more
// than window from now. free is what is left of the window, negative by how long a refused client has to wait.
func (c *clients) take(id uint64, now, every, window int64) (free int64, ok bool) {
	s := &c.sets[id&uint64(len(c.sets)-1)]
	s.mu.Lock()
	free, forgot := s.take(id, now, every, window)
	s.mu.Unlock() // take does not panic
	if forgot {
		c.forgotten.Add(1)
	}
	return free, free >= 0
}

func (s *set) take(id uint64, now, every, window int64) (free int64, forgot bool) {
	i, known := s.search(id)
	at := now
	if known {
		at = max(s.at[i], now)
	}
	at += every
	if free = window - (at - now); free < 0 {
		return free, false
	}
	forgot = !known && s.at[i] > now
	s.who[i], s.at[i] = id, at
	return free, forgot
}

// search returns id's place, or the one to give to it: that of the client which is nearest to being unlimited, so that nothing or
// little is forgotten.
func (s *set) search(id uint64) (i int, known bool) {
	for j := range setSize {
		if s.who[j] == id {
			return j, true
		}
		if s.at[j] < s.at[i] {
			i = j
		}
	}
	return i, false
}
