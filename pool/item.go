package pool

import (
	"sync/atomic"
	"unsafe"
)

// An Item is not safe for concurrent use; one goroutine at a time uses it, but
// Put may race with anything: one Put wins and everyone else panics. It is a
// handle on a value taken from a [Pool], 2 words to be passed by value; all
// copies of it end with the first Put.
//
// Only the handle is checked: do not keep the pointer that Value returned
// beyond Put.
type Item[T any] struct {
	s    *slot[T]
	word uint64 // the slot's, while nobody borrows the value
}

// slot is what the sync.Pool keeps. It belongs to the one goroutine that holds
// an Item with the slot's generation, and to the pool when there is none.
type slot[T any] struct {
	// word is the count of ended ownerships, 52 bits, then the number of
	// borrowers: calls of Ref.With that have not returned. 52 bits last for a
	// year of one put each 7 ns on one slot.
	word  atomic.Uint64
	value *T
	pool  *Pool[T]
	trace atomic.Pointer[trace] // nil unless somebody watches
	// due is the word from which on Put has more to do than to put: 0 if the
	// value is to be reset each time, else when the next count is due. It and
	// counted are the owner's.
	due     uint64
	counted uint64  // ended ownerships that are in pool.puts
	plain   bool    // nothing is to be reset
	_       [8]byte // fills a cache line: neighbours are other cores' slots
}

const (
	borrowers = 1<<12 - 1 // the bits of slot.word that count them
	oneEnded  = borrowers + 1
)

// Value returns the value. It panics if the item was put already.
func (i Item[T]) Value() *T {
	if !i.live() {
		panic((*lateValue[T])(i.s)) // a call would cost more than the inliner has
	}
	return i.s.value
}

// Put gives the value back to its pool and ends every copy of the handle. It
// panics if the item was put already, by whomever, and then changes nothing.
// The value stays with a [Ref.With] that is using it, and goes back when that
// returns.
func (i Item[T]) Put() {
	// Among any number of callers exactly one wins, and that needs one atomic
	// read-modify-write: a decision that only one of two calls may win cannot
	// be had from plain loads and stores without a fence (Attiya et al., "Laws
	// of Order", POPL 2011), and a fence costs no less. The word is the only
	// thing written, so it is also the only such instruction in a Get and Put.
	s := i.s
	if s == nil || !s.word.CompareAndSwap(i.word, i.word+oneEnded) {
		i.putBorrowed()
		return
	}
	// The slot is ours alone now: its count has moved on, and nobody gets a
	// handle of the new one before the slot is back in the pool.
	if poisonBuild || i.word >= s.due || s.trace.Load() != nil {
		s.recycle()
		return
	}
	s.pool.slots.Put(s)
}

// putBorrowed is Put when the word is not what it was in Get.
func (i Item[T]) putBorrowed() {
	for i.live() {
		w := i.s.word.Load()
		if w&^borrowers != i.word || !i.s.word.CompareAndSwap(w, w+oneEnded) {
			continue
		}
		if w == i.word {
			i.s.recycle()
		}
		return // else the last borrower recycles
	}
	i.late(errLatePut)
}

// recycle resets the value and puts the slot into the pool. The caller is the
// one that ended the last use.
func (s *slot[T]) recycle() {
	if s.trace.Load() != nil {
		endTrace(&s.trace)
	}
	s.count()
	if s.pool.Reset != nil {
		s.pool.Reset(s.value)
	} else if r, ok := any(s.value).(resetter); ok {
		r.Reset()
	}
	if toBury(unsafe.Sizeof(*s.value)) {
		s.pool.grave.bury(newCorpse(s.value, s.trace.Load()))
		return
	}
	s.pool.slots.Put(s)
}

// live reports whether the handle's ownership still lasts. The answer holds
// for as long as no other goroutine puts a copy.
func (i Item[T]) live() bool { return i.s != nil && i.s.word.Load()&^borrowers == i.word }

// late panics with err, and with both owners' stacks if they are known.
//
//go:noinline
func (i Item[T]) late(err error) {
	if i.s != nil {
		i.s.pool.refused.Add(1)
		err = i.s.trace.Load().explain(err)
	}
	panic(err)
}

// lateValue is the panic of an Item whose ownership has ended: a slot, nil if
// the Item was the zero one, that explains itself when somebody reads it.
type lateValue[T any] slot[T]

func (s *lateValue[T]) Error() string {
	if s == nil {
		return errLateValue.Error()
	}
	return s.trace.Load().explain(errLateValue).Error()
}

// misuse is a programmer's error, found at run time; its text names the cure.
type misuse string

func (m misuse) Error() string { return string(m) }

// Ready-made values, so that panicking with them costs the hot functions
// nothing.
var (
	errLateValue error = misuse("pool: Item.Value without ownership: the item was put already, or is the zero Item; take the pointer from a fresh Pool.Get, and put each item only when its last user is done")
	errLatePut   error = misuse("pool: Item.Put without ownership: the item was put already, or is the zero Item; put each item once (one deferred Put beside its Get) and drop every copy of the handle then")
)
