package pool

// A Ref is safe for concurrent use. It is what to give to code that may keep it
// too long, such as a request's handler: a look at the value of an [Item] that
// ends with the Item, and never reaches the next owner's data. Two words, to be
// passed by value; the zero Ref is one that has ended.
type Ref[T any] struct {
	s    *slot[T]
	word uint64
}

// Ref returns a Ref that ends when the item is put. It panics if the item was
// put already.
func (i Item[T]) Ref() Ref[T] {
	if !i.live() {
		i.late(errLateValue)
	}
	return Ref[T](i)
}

// With calls f with the value and returns true, or returns false if the item
// was put already; in a pooldebug or race build it then panics, with the cure.
// f must not keep its argument and should be short: a Put during the call
// returns at once, but the value is reset and reused only after f. Calls may
// overlap, so what they write needs a lock of its own.
func (r Ref[T]) With(f func(*T)) bool {
	if f == nil {
		panic("pool: Ref.With(nil); give it a function")
	}
	if !r.borrow() {
		if debugBuild {
			Item[T](r).late(errLateRef)
		}
		if r.s != nil {
			r.s.pool.refused.Add(1)
		}
		return false
	}
	defer r.giveBack()
	f(r.s.value)
	return true
}

// Live reports whether the item is still out. The answer may be old by the
// time it is looked at, unless the caller knows who puts.
func (r Ref[T]) Live() bool { return Item[T](r).live() }

func (r Ref[T]) borrow() bool {
	if r.s == nil {
		return false
	}
	for {
		w := r.s.word.Load()
		switch {
		case w&^borrowers != r.word:
			return false
		case w&borrowers == borrowers:
			panic("pool: Ref.With called 4095 times at once for one value; give up the value's lock instead of waiting in f")
		// The swap fails if the item was put meanwhile: a borrower is never
		// counted in a generation that is not its own.
		case r.s.word.CompareAndSwap(w, w+1):
			return true
		}
	}
}

// giveBack recycles the slot if Put came during the call and this was its last
// borrower. Nobody else does: without borrowers Put does, and until then the
// slot is not in the pool, so its generation stays.
func (r Ref[T]) giveBack() {
	w := r.s.word.Add(^uint64(0))
	if w&borrowers == 0 && w != r.word {
		r.s.recycle()
	}
}

var errLateRef error = misuse("pool: Ref.With after its Item was put: the request it belongs to is over; copy what outlives the request while it runs, or put the item when its last user is done")
