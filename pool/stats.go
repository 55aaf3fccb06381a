package pool

// Stats is a plain copy of a [Bytes]'s counters.
type Stats struct {
	Gets    uint64 // calls of Get, those by Buffers included
	Misses  uint64 // Gets that had to make a slice
	Refused uint64 // Puts that kept nothing
}

// Stats returns the counts so far. Each is exact, but they are read one after
// the other, so while the pool is in use they need not agree. It looks at
// every slice there is: call it every few seconds, not for each request.
//
// Counting costs Get nothing: an array's ticket has to be marked anyway, and
// the mark counts. Misses take a lock beside the allocation.
func (p *Bytes) Stats() Stats {
	large := p.large.Load()
	gets, misses := p.tickets.counts()
	return Stats{Gets: gets + large, Misses: misses + large, Refused: p.refused.Load()}
}
