package pool

import (
	"fmt"
	"unsafe"
)

// A Local is not safe for concurrent use; one goroutine at a time uses it. It
// is [Pool] for one owner, such as an event loop or a connection: a list
// without atomics, several times as fast, that keeps values until it is dropped
// or trimmed, not until the next garbage collection. The zero value is ready to
// use.
//
// It must not be copied after first use, and its hooks must not change then.
type Local[T any] struct {
	// New makes a value when none is kept; it must not return nil.
	// Zero means new(T).
	New func() *T
	// Reset is called by Put. If it panics the value is dropped.
	// Zero means the value's own Reset() method, if *T has one, else nothing.
	Reset func(*T)
	// Max is how many idle values are kept at most, or one more if the first
	// that was made is put last. Zero means 64.
	Max int

	// first is the cell that Get and Put care for in line, and ready the handle
	// it was last handed out by. first is idle while their counts differ: Put
	// moves the one, Get the other, and neither touches a list.
	first    cell
	ready    cellHandle
	hasFirst bool
	below    []*cell // other idle cells, the one put last at the end

	misses, refused uint64
	dropped         PoolStats // Puts and Hits of the values that are not kept any more

	watch watch
	grave grave
}

// A LocalItem is not safe for concurrent use; the goroutine that uses its
// [Local] uses it. It is [Item]'s twin: all copies end with the first Put.
type LocalItem[T any] cellHandle

// Get takes a value out of the list or makes one. The caller owns it until
// [LocalItem.Put].
func (l *Local[T]) Get() LocalItem[T] {
	// This costs 80, the inliner's budget; inline_test.go guards it.
	if l.ready.gen != l.first.gen {
		l.ready.gen++
		return LocalItem[T](l.ready)
	}
	return l.next()
}

// next is Get while first is not idle.
//
//go:noinline
func (l *Local[T]) next() LocalItem[T] {
	var c *cell
	if last := len(l.below) - 1; last >= 0 {
		c, l.below[last] = l.below[last], nil
		l.below = l.below[:last]
	} else {
		c = l.newCell()
	}
	if l.watch.on() {
		c.trace = l.watch.taken(kindOf[T], c.trace)
	} else {
		c.trace = nil
	}
	if c == &l.first && l.fast() {
		l.ready = cellHandle{c, c.gen}
		return LocalItem[T](l.ready)
	}
	return LocalItem[T]{c, c.gen | slowly}
}

func (l *Local[T]) newCell() *cell {
	if l.Max < 0 {
		panic(fmt.Sprintf("pool: Local.Max is %d; leave it 0 for 64, or choose a positive one", l.Max))
	}
	v := newValue(l.New)
	l.misses++
	c := &l.first
	if l.hasFirst {
		c = new(cell)
	}
	c.gen++ // a handle of 0 owns nothing
	c.value, c.home, c.born = unsafe.Pointer(v), l, c.gen
	if c == &l.first {
		l.hasFirst, l.ready.gen = true, c.gen
	}
	return c
}

// fast reports whether Put has nothing to do for first but to move its count.
func (l *Local[T]) fast() bool {
	_, resets := any((*T)(nil)).(resetter)
	return !resets && l.Reset == nil && !poisonBuild && !l.watch.on()
}

// Value returns the value. It panics if the item was put already.
func (i LocalItem[T]) Value() *T {
	if i.c == nil || i.c.gen != i.gen&^slowly {
		panic((*lateCell)(i.c)) // a call would cost more than the inliner has
	}
	return (*T)(i.c.value) // what newCell, of the same T, stored
}

// Put gives the value back to its list and ends every copy of the handle. It
// panics if the item was put already, and then changes nothing.
func (i LocalItem[T]) Put() {
	// Like Get: the call costs what it does because it does not know T.
	if i.c == nil || i.c.gen != i.gen {
		cellHandle(i).putSlowly()
	} else {
		i.c.gen++
	}
}

// back is Put when there is more to do than to move c's count.
func (l *Local[T]) back(c *cell) {
	if c.trace != nil {
		c.trace.end()
	}
	if c == &l.first {
		l.ready.gen = c.gen // not idle yet, nor ever if the hook panics
	}
	v := (*T)(c.value)
	if l.Reset != nil {
		l.Reset(v)
	} else if r, ok := any(v).(resetter); ok {
		r.Reset()
	}
	l.keep(c)
}

// keep files c, which nobody owns any more.
func (l *Local[T]) keep(c *cell) {
	most := l.Max
	if most == 0 {
		most = 64
	}
	switch {
	case poisonBuild:
		l.grave.bury(newCorpse((*T)(c.value), c.trace))
		l.drop(c)
	case l.idle() >= most:
		l.drop(c)
	case c == &l.first && l.fast():
		l.ready = cellHandle{c, c.gen - 1} // idle
	default:
		l.below = append(l.below, c)
	}
}

// drop lets go of c's value, which nobody owns.
func (l *Local[T]) drop(c *cell) {
	l.dropped.count(c)
	if c == &l.first {
		l.hasFirst, c.value = false, nil
	}
}

func (l *Local[T]) refuse() { l.refused++ }

// idle is how many values are kept.
func (l *Local[T]) idle() int {
	if l.ready.gen != l.first.gen {
		return len(l.below) + 1
	}
	return len(l.below)
}

// lower moves first to the others, if it is idle.
func (l *Local[T]) lower() {
	if l.ready.gen != l.first.gen {
		l.ready.gen = l.first.gen
		l.below = append(l.below, &l.first)
	}
}

// Trim drops all idle values but n, the ones used longest ago first.
func (l *Local[T]) Trim(n int) {
	l.lower()
	over := max(0, len(l.below)-max(n, 0))
	for _, c := range l.below[:over] {
		l.drop(c)
	}
	rest := copy(l.below, l.below[over:])
	clear(l.below[rest:])
	l.below = l.below[:rest]
}
