//go:build !amd64 || race

package pool

// set stores m: atomically where that is cheap, where a count is two machine
// words, and where the race detector looks.
func (t *ticket) set(m uint64) { t.moves.Store(m) }
