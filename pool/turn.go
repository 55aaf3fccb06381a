package pool

// turn numbers the ownerships of an array or a block, from 1 on.
type turn struct {
	now  counter // 0 while there is no owner
	last counter // the latest that began; Stats sums these up, so they must never go back
}

// begin begins an ownership and returns its number. The caller has the idle
// memory out of a sync.Pool, so nobody else begins one.
func (t *turn) begin() uint64 {
	n := t.last.Load() + 1
	t.last.set(n)
	t.now.set(n) // last: who sees it may end the ownership
	return n
}

// end ends the ownership there is, if there is one. Of several callers for one
// it returns true to one; for what that instruction costs see Item.Put.
func (t *turn) end() bool { return t.now.Swap(0) != 0 }

// endOf is end for the ownership of that number and no other.
func (t *turn) endOf(n uint64) bool { return t.now.CompareAndSwap(n, 0) }

// skip counts an ownership that begins and ends at once.
func (t *turn) skip() { t.last.set(t.last.Load() + 1) }

// out reports whether there is an owner.
func (t *turn) out() bool { return t.now.Load() != 0 }

// begun returns how many ownerships there were.
func (t *turn) begun() uint64 { return t.last.Load() }
