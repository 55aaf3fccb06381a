package pool

// Stats is a value; copy it freely. It is what a [Bytes] counted.
type Stats struct {
	// Counters, which only grow.

	Gets       uint64 // calls of Get and Buffer, and moves of a Buffer's content to a larger array
	Misses     uint64 // Gets that had to make memory
	Refused    uint64 // Puts that kept nothing
	OverBudget uint64 // Misses whose memory was not to be kept, for the Budget's sake

	// Levels, in bytes.

	Held int64 // what lies in the pool, or did until the last garbage collection
	Out  int64 // what is the pool's own and with owners
}

// ClassStats is a value; copy it freely. It is what a [Bytes] counted of one
// size class.
type ClassStats struct {
	Size int // bytes of each array; it never changes

	// Counters and levels, as in Stats.

	Gets   uint64 // those of a Buffer count in the class it was first made in
	Misses uint64
	Held   int64
	Out    int64
}

// Stats returns the counts so far. Each is exact, but they are read one after
// the other, so while the pool is in use they need not agree. It looks at
// every slice there is: call it every few seconds, not for each request.
//
// Counting costs Get nothing: an array's ticket has to be marked anyway, and
// the mark counts. Misses take a lock beside the allocation.
func (p *Bytes) Stats() Stats {
	classes, beyond := p.tickets.stats()
	s := Stats{
		Gets:       p.large.Load() + beyond.Gets,
		Misses:     p.large.Load() + beyond.Misses,
		Refused:    p.refused.Load(),
		OverBudget: p.overBudget.Load(),
	}
	for _, c := range classes {
		s.Gets += c.Gets
		s.Misses += c.Misses
		s.Held += c.Held
		s.Out += c.Out
	}
	return s
}

// Classes returns the counts of each class that was ever used, smallest first.
// What was said about Stats holds here.
func (p *Bytes) Classes() []ClassStats {
	all, _ := p.tickets.stats()
	var used []ClassStats
	for _, c := range all {
		if c.Misses > 0 {
			used = append(used, c)
		}
	}
	return used
}

func (r *registry) stats() (classes [numClasses]ClassStats, beyond ClassStats) {
	r.mu.Lock()
	defer r.mu.Unlock()
	beyond = r.beyond
	for i := range classes {
		classes[i] = ClassStats{Size: sizeOf(i), Gets: r.retired[i], Misses: r.misses[i]}
	}
	r.eachTicket(func(t *ticket) {
		if t.home == notKept {
			beyond.Gets += t.turn.begun()
		} else {
			classes[t.home].Gets += t.turn.begun()
		}
		class := t.class.Load()
		if class == notKept {
			return
		}
		c := &classes[class]
		if t.turn.out() {
			c.Out += int64(c.Size)
		} else {
			c.Held += int64(c.Size)
		}
	})
	return classes, beyond
}
