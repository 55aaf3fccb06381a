package pool

import (
	"sync"
	"sync/atomic"
)

// ticket is what a [Bytes] knows about one array it made, or about one block:
// enough to tell an array from any other memory, and not a pointer to it, which
// would keep it alive.
//
// It fills a cache line on 64 bits: its neighbours are other cores'.
type ticket struct {
	addr  uintptr      // where the array begins; a number, compared only; 0 for a block
	size  int          // the array's
	home  int          // the class it was made in, whose Gets it counts; or notKept
	class atomic.Int32 // the class of the memory it has now; or notKept
	turn  turn
	lies  *sync.Pool            // where the array lies while it is not out; it never changes; nil for a block
	trace atomic.Pointer[trace] // nil unless somebody watches
}
