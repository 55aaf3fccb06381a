//go:build !amd64 || race

package pool

// set is an atomic store. Other processors keep no order of stores, those of 32
// bits make two of this one, and the race detector is to speak only of its
// user's races.
func (c *counter) set(n uint64) { c.Store(n) }
