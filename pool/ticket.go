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
	// loan is the array's, empty, while that is out with an owner, and nil
	// while it lies in the pool; always nil for a block. It is for who began
	// or ended the last turn.
	loan  *loan
	trace atomic.Pointer[trace] // nil unless somebody watches
}

// loan is what a sync.Pool keeps. It alone refers to the array while that is
// idle, so that both go when the sync.Pool drops it; the ticket must not, since
// the registry keeps it.
type loan struct {
	array *byte // where it begins; nil while it is out
	t     *ticket
	lies  *sync.Pool // where the loan lies while the array is not out
	_     [40]byte   // fills a cache line, as above; on 32 bits a little less
}
