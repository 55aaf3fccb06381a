package pool

import "sync/atomic"

// Item must be used by one goroutine at a time, except that Put may race with
// anything: one Put wins and everyone else panics. An Item is a handle on a
// value taken from a [Pool], 2 words to be passed by value; all copies of it
// end with the first Put.
//
// Only the handle is checked: do not keep the pointer that Value returned
// beyond Put.
type Item[T any] struct {
	s   *slot[T]
	gen uint64
}

// slot is what the sync.Pool keeps. It belongs to the one goroutine that holds
// an Item with the slot's generation, and to the pool when there is none.
type slot[T any] struct {
	gen   atomic.Uint64 // counts the ended ownerships; 64 bits do not wrap
	value *T
	self  resetter // value, if it has a Reset method: looked up once
	pool  *Pool[T]
	_     [24]byte // fills a cache line: neighbours are other cores' slots
}

// Value returns the value. It panics if the item was put already.
func (i Item[T]) Value() *T {
	if !i.live() {
		panic(errLateValue)
	}
	return i.s.value
}

// Put gives the value back to its pool and ends every copy of the handle. It
// panics if the item was put already, by whomever, and then changes nothing.
func (i Item[T]) Put() {
	s := i.s
	if !i.end() {
		panic(errLatePut)
	}
	// The slot is ours alone now: its generation has moved on, and nobody gets
	// a handle of the new one before the slot is back in the pool.
	if s.pool.Reset != nil {
		s.pool.Reset(s.value)
	} else if s.self != nil {
		s.self.Reset()
	}
	s.pool.slots.Put(s)
}

// live reports whether the handle's ownership still lasts. The answer holds
// for as long as no other goroutine puts a copy.
func (i Item[T]) live() bool { return i.s != nil && i.s.gen.Load() == i.gen }

// end takes the ownership away from all copies of the handle and reports
// whether this call did it. Among any number of callers exactly one wins, and
// that needs one atomic read-modify-write: a decision that only one of two
// calls may win cannot be had from plain loads and stores without a fence
// (Attiya et al., "Laws of Order", POPL 2011), and a fence costs no less. The
// generation is the only thing written, so it is also the only such
// instruction in a Get and Put.
func (i Item[T]) end() bool { return i.s != nil && i.s.gen.CompareAndSwap(i.gen, i.gen+1) }

// misuse is a programmer's error, found at run time; its text names the cure.
type misuse string

func (m misuse) Error() string { return string(m) }

// Ready-made values, so that panicking with them costs the hot functions
// nothing and leaves Value small enough to be inlined.
var (
	errLateValue error = misuse("pool: Item.Value without ownership: the item was put already, or is the zero Item; take the pointer from a fresh Pool.Get, and put each item only when its last user is done")
	errLatePut   error = misuse("pool: Item.Put without ownership: the item was put already, or is the zero Item; put each item once (one deferred Put beside its Get) and drop every copy of the handle then")
)
