package pool

import "sync/atomic"

// ticket is what a [Bytes] knows about one array it made, or about one block:
// enough to tell an array from any other memory, and not a pointer to it, which
// would keep it alive.
type ticket struct {
	addr  uintptr      // where the array begins; a number, compared only; 0 for a block
	size  int          // the array's
	home  int          // the class it was made in, whose Gets it counts; or notKept
	class atomic.Int32 // the class of the memory it has now; or notKept
	// moves counts the changes of hand: odd while the memory is out with an
	// owner, even while it lies in the pool.
	moves atomic.Uint64
	loan  *loan                 // an array's, empty, while the array is out
	trace atomic.Pointer[trace] // nil unless somebody watches
	_     [8]byte               // fills a cache line: neighbours are other cores' tickets
}

// loan is what a sync.Pool keeps. It alone refers to the array while that is
// idle, so that both go when the sync.Pool drops it; the ticket must not, since
// the registry keeps it.
type loan struct {
	data *byte // nil while the array is out
	t    *ticket
	_    [48]byte // fills a cache line, as above; on 32 bits a little more
}

// out marks the memory as handed out and returns the new count, by which a
// handle knows its ownership. Only the goroutine that took it from the
// sync.Pool calls out, so this need not decide anything.
func (t *ticket) out() uint64 {
	m := t.moves.Load() + 1
	t.moves.Store(m)
	return m
}

// in reports whether the array was out, and marks it as back. Of several
// callers for one ownership one wins, which takes one compare-and-swap; see
// Item.Put.
func (t *ticket) in() bool {
	m := t.moves.Load()
	return m%2 == 1 && t.moves.CompareAndSwap(m, m+1)
}

// gets returns how often the memory was handed out.
func (t *ticket) gets() uint64 { return (t.moves.Load() + 1) / 2 }
