package pool

import "unsafe"

// cell is a slot without a second goroutine: the same rules, plain words. It
// does not know T: the inliner charges for every call that does.
type cell struct {
	gen   uint64         // of the handle that owns the value; Put moves it
	value unsafe.Pointer // a *T, for the T of home
	home  home
	trace *trace // nil unless somebody watches
	born  uint64 // gen when value was made
}

// home is a Local, to those who do not know T.
type home interface {
	back(*cell)
	refuse()
}

// cellHandle is a [LocalItem] without its type.
type cellHandle struct {
	c *cell
	// gen is the cell's, while this handle owns it, with slowly set if Put has
	// more to do than to move that.
	gen uint64
}

// slowly is a bit that no count of Puts reaches.
const slowly = 1 << 63

// putSlowly is Put when the handle is late, or says slowly.
//
//go:noinline
func (h cellHandle) putSlowly() {
	c := h.c
	if c == nil {
		panic(errLateLocal)
	}
	if c.gen|slowly != h.gen {
		c.home.refuse()
		panic((*lateCell)(c))
	}
	c.gen++
	c.home.back(c)
}

// lateCell is the panic of a LocalItem whose ownership has ended; see
// lateValue.
type lateCell cell

func (c *lateCell) Error() string {
	if c == nil {
		return errLateLocal.Error()
	}
	return c.trace.explain(errLateLocal).Error()
}

var errLateLocal error = misuse("pool: LocalItem used without ownership: it was put already, or is the zero LocalItem; put each item once and drop every copy of the handle then")
