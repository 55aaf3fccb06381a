package pool

import "sync/atomic"

// ticket is what a [Bytes] knows about one array it made: enough to tell it
// from any other memory, and not a pointer, which would keep it alive.
type ticket struct {
	addr  uintptr // where the array begins; a number, compared only
	size  int
	class int
	// moves counts the changes of hand: odd while the array is out with an
	// owner, even while it lies in the pool.
	moves atomic.Uint64
	_     [32]byte // fills a cache line: neighbours are other cores' tickets
}

// out marks the array as handed out. Only the goroutine that took it from the
// sync.Pool calls out, so this need not decide anything; it is atomic because
// a misplaced Put may look at the same time.
func (t *ticket) out() { t.moves.Add(1) }

// in reports whether the array was out, and marks it as back. Of several
// callers for one ownership one wins, which takes one compare-and-swap; see
// Item.end.
func (t *ticket) in() bool {
	m := t.moves.Load()
	return m%2 == 1 && t.moves.CompareAndSwap(m, m+1)
}

// gets returns how often the array was handed out.
func (t *ticket) gets() uint64 { return (t.moves.Load() + 1) / 2 }
