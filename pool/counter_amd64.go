//go:build !race

package pool

import "unsafe"

// set is a plain store: an atomic one costs as much as a compare-and-swap on
// amd64, and this one next to nothing.
//
// Owners follow each other by synchronisation of their own and of sync.Pool's.
// Who reads beside them is Stats, or a misuser's Put. For them the rule is:
// "each read of a single-word-sized or sub-word-sized memory location must
// observe a value actually written to that location (perhaps by a concurrent
// executing goroutine) and not yet overwritten" (The Go Memory Model,
// Implementation Restrictions for Programs Containing Data Races). And who sees
// the number sees what was stored before it: amd64 keeps stores in order (Intel
// SDM, vol. 3, 9.2.2).
func (c *counter) set(n uint64) {
	// An atomic.Uint64 is a uint64 and markers without size.
	*(*uint64)(unsafe.Pointer(&c.Uint64)) = n
}
