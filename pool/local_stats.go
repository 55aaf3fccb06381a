package pool

import "unsafe"

// Stats returns the counts so far. Values count their own uses, in the word
// that Put changes anyway, so counting costs Get and Put nothing, and a value's
// uses are in the sums while it lies in the list and when it was dropped from
// it. Held is exact.
func (l *Local[T]) Stats() PoolStats {
	s := l.dropped
	s.Misses, s.Refused = l.misses, l.refused
	if l.ready.gen != l.first.gen {
		s.count(&l.first)
	}
	for _, c := range l.below {
		s.count(c)
	}
	s.Held = int64(l.idle()) * int64(unsafe.Sizeof(*new(T)))
	return s
}

// count adds the uses of c's value, which is idle.
func (s *PoolStats) count(c *cell) {
	s.Puts += c.gen - c.born
	s.Hits += c.gen - c.born - 1
}

// Watch makes Leaks list what is taken from now on, until stop is called; a
// value that is out already may stay unwatched. Like all else it is for the
// goroutine that uses the Local. In a pooldebug build everything is watched
// always.
func (l *Local[T]) Watch() (stop func()) {
	stop = l.watch.start()
	l.lower()
	return stop
}

// Leaks lists what was taken while watched and is still out.
func (l *Local[T]) Leaks() []Leak { return l.watch.leaks() }

// Check returns an error if a value was written to after its Put. It sees that
// in a pooldebug build, and nothing in others.
func (l *Local[T]) Check() error { return l.grave.check() }
