package pool

import "unsafe"

// PoolStats is a value; copy it freely. It is what a [Pool] or a [Local]
// counted.
type PoolStats struct {
	// Counters, which only grow.

	Puts    uint64 // values that came back
	Hits    uint64 // Gets of a value that had come back before; each counts with its Put
	Misses  uint64 // Gets that made a value
	Refused uint64 // late calls of Put and Ref, and of Ref.With

	// Held is a level: the bytes of the values that lie in the pool; a Pool does not
	// know what is out, and counts that in until the garbage collector has
	// taken it. What values point to does not count.
	Held int64
}

// Stats returns the counts so far. Puts is exact while no value was used more
// than 256 times, and then too low by less than 256 for each value: a value
// counts its own uses, in the word that Put changes anyway, and hands them in
// when they are that many. So counting costs Put a comparison that it makes for
// the Reset anyway. The same holds for Hits.
func (p *Pool[T]) Stats() PoolStats {
	returned := p.returned.Load() // first, so that it is never more than puts
	puts := p.puts.Load()
	return PoolStats{
		Puts:    puts,
		Hits:    puts - returned,
		Misses:  p.misses.Load(),
		Refused: p.refused.Load(),
		Held:    p.alive.Load() * int64(unsafe.Sizeof(*new(T))),
	}
}

// countEach is how many uses a value hands in at once, after as many that it
// handed in one by one.
const countEach = 256

// count hands in the uses of s, which the caller owns, if it is time to.
func (s *slot[T]) count() {
	word := s.word.Load()
	ended := word / oneEnded
	if ended > countEach && ended-s.counted < countEach {
		return
	}
	s.pool.puts.Add(ended - s.counted)
	if s.counted == 0 {
		s.pool.returned.Add(1)
	}
	s.counted = ended
	if s.plain && ended >= countEach {
		s.due = word + (countEach-1)*oneEnded // this Put's word, countEach Puts from now
	}
}
