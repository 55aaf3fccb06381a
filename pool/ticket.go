package pool

import (
	"sync"
	"sync/atomic"
)

// ticket is what a [Bytes] knows about one array it made, or about one block:
// enough to tell an array from any other memory, and not a pointer to it, which
// would keep it alive.
type ticket struct {
	addr  uintptr      // where the array begins; a number, compared only; 0 for a block
	size  int          // the array's
	home  int          // the class it was made in, whose Gets it counts; or notKept
	class atomic.Int32 // the class of the memory it has now; or notKept
	puts  atomic.Uint64
	// loan is the array's, empty, while that is out with an owner, and nil
	// while it lies in the pool. A block's is lent then.
	loan  relaxed[loan]
	trace atomic.Pointer[trace] // nil unless somebody watches
	_     [8]byte               // fills a cache line: neighbours are other cores' tickets
}

// loan is what a sync.Pool keeps. It alone refers to the array while that is
// idle, so that both go when the sync.Pool drops it; the ticket must not, since
// the registry keeps it.
type loan struct {
	b    []byte // the whole array, of any length; nil while it is out
	t    *ticket
	lies *sync.Pool // where the loan lies while the array is not out
	_    [24]byte   // fills a cache line, as above; on 32 bits a little more
}

// lent is the loan of every block that is out.
var lent = new(loan)

// in marks the array as back and returns its loan, or returns nil if it was not
// out. Of several callers for one ownership one wins.
//
// The count is read first and moved last. A caller that read it before the
// winner moved it cannot move it any more, and one that reads it afterwards
// finds no loan, since the winner had taken that away by then. Get need not
// move anything, which saves an atomic read-modify-write; for the one here see
// Item.Put. A loser that is slow may take away the next owner's loan: that
// owner's Put is refused then.
func (t *ticket) in() *loan {
	n, l := t.puts.Load(), t.loan.Load()
	if l == nil {
		return nil
	}
	t.loan.Store(nil)
	if !t.puts.CompareAndSwap(n, n+1) {
		return nil
	}
	return l
}

// out reports whether the memory is with an owner.
func (t *ticket) out() bool { return t.loan.Load() != nil }

// gets returns how often the memory was handed out.
func (t *ticket) gets() uint64 {
	n := t.puts.Load()
	if t.out() {
		n++
	}
	return n
}
