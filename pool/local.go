package pool

// Local must be used by one goroutine at a time. It is [Pool] for one owner,
// such as an event loop or a connection: a list without atomics, several times
// as fast, that keeps values until it is dropped or trimmed, not until the
// next garbage collection. The zero value is ready to use.
//
// It must not be copied after first use, and its hooks must not change then.
type Local[T any] struct {
	// New makes a value when none is kept; it must not return nil.
	// Zero means new(T).
	New func() *T
	// Reset is called by Put. If it panics the value is dropped.
	// Zero means the value's own Reset() method, if *T has one, else nothing.
	Reset func(*T)
	// Max is how many idle values are kept at most.
	// Zero means 64.
	Max int

	top  *cell[T] // the idle values, the one put last on top
	room int      // how many more may be idle; with bounded, what is left of Max
	// bounded is set when room was first made from Max.
	bounded bool
}

// cell is a slot without a second goroutine: the same rules, plain words.
type cell[T any] struct {
	ended uint64
	value *T
	next  *cell[T] // below this one, while idle
	home  *Local[T]
	// resets is whether there is anything to reset.
	resets bool
}

// LocalItem must be used by the goroutine that uses its [Local]. It is
// [Item]'s twin: all copies end with the first Put.
type LocalItem[T any] struct {
	c     *cell[T]
	ended uint64
}

// Get takes a value out of the list or makes one. The caller owns it until
// [LocalItem.Put].
func (l *Local[T]) Get() LocalItem[T] {
	c := l.top
	if c == nil {
		return l.fresh()
	}
	l.top = c.next
	l.room++
	return LocalItem[T]{c, c.ended}
}

//go:noinline
func (l *Local[T]) fresh() LocalItem[T] {
	c := &cell[T]{value: newValue(l.New), home: l}
	_, c.resets = any(c.value).(resetter)
	c.resets = c.resets || l.Reset != nil
	return LocalItem[T]{c, 0}
}

// Value returns the value. It panics if the item was put already.
func (i LocalItem[T]) Value() *T {
	if i.c == nil || i.c.ended != i.ended {
		panic(errLateLocal)
	}
	return i.c.value
}

// Put gives the value back to its list and ends every copy of the handle. It
// panics if the item was put already, and then changes nothing.
func (i LocalItem[T]) Put() {
	c := i.c
	if c == nil || c.ended != i.ended {
		panic(errLateLocal)
	}
	c.ended++
	if c.resets {
		c.reset()
	}
	l := c.home
	if l.room == 0 && !l.makeRoom() {
		return
	}
	l.room--
	c.next, l.top = l.top, c
}

//go:noinline
func (c *cell[T]) reset() {
	if c.home.Reset != nil {
		c.home.Reset(c.value)
		return
	}
	any(c.value).(resetter).Reset()
}

//go:noinline
func (l *Local[T]) makeRoom() bool {
	if l.bounded {
		return false
	}
	l.bounded, l.room = true, l.Max
	if l.Max == 0 {
		l.room = 64
	}
	return l.room > 0
}

// Trim drops all idle values but n, the ones used longest ago first.
func (l *Local[T]) Trim(n int) {
	at := &l.top
	for ; *at != nil && n > 0; n-- {
		at = &(*at).next
	}
	for c := *at; c != nil; c = c.next {
		l.room++
	}
	*at = nil
}

var errLateLocal error = misuse("pool: LocalItem used without ownership: it was put already, or is the zero LocalItem; put each item once and drop every copy of the handle then")
