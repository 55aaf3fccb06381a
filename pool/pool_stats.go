package pool

// PoolStats is a plain copy of a [Pool]'s counters. What is not a miss was a
// hit, so that 1 - Misses/Puts is how much the pool is worth.
type PoolStats struct {
	Puts    uint64 // values that came back; see Pool.Stats for when they count
	Misses  uint64 // Gets that made a value
	Refused uint64 // late calls of Item.Put, Item.Ref and Ref.With
}

// Stats returns the counts so far. Puts is exact while no value was used more
// than 64 times, and then too low by less than 64 for each value: a value
// counts its own uses, in the word that Put changes anyway, and hands them in
// when they are that many. So counting costs Put a comparison that it makes for
// the Reset anyway. How many bytes lie in the pool only the garbage collector
// knows.
func (p *Pool[T]) Stats() PoolStats {
	return PoolStats{p.puts.Load(), p.misses.Load(), p.refused.Load()}
}

// countEach is how many uses a value hands in at once, after as many that it
// handed in one by one.
const countEach = 64

// count hands in the uses of s, which the caller owns, if it is time to.
func (s *slot[T]) count() {
	word := s.word.Load()
	ended := word / oneEnded
	if ended > countEach && ended-s.counted < countEach {
		return
	}
	s.pool.puts.Add(ended - s.counted)
	s.counted = ended
	if s.plain && ended >= countEach {
		s.due = word + (countEach-1)*oneEnded // this Put's word, 64 Puts from now
	}
}
