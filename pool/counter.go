package pool

import "sync/atomic"

// counter is a number that several goroutines read and, at any moment, at most
// one sets.
type counter struct{ atomic.Uint64 }
