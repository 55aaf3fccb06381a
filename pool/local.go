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
	// Max is how many idle values are kept at most; one is always kept.
	// Zero means 64.
	Max int

	// top is the value put last, and below are those put before it. A store
	// to top and a load from it are all that one Get hands on to the next: a
	// count or an index would be read and written twice in each Get and Put,
	// and the processor takes longer for that than for all the rest.
	top   *cell[T]
	below []*cell[T]
}

// cell is a slot without a second goroutine: the same rules, plain words.
type cell[T any] struct {
	ended uint64
	value *T
	// at is where Put leaves the cell if that is nil: its Local's top, or a
	// full place if the value has to be reset first.
	at   **cell[T]
	home *Local[T]
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
		c = l.next()
	}
	l.top = nil
	return LocalItem[T]{c, c.ended}
}

// next is Get without a top.
//
//go:noinline
func (l *Local[T]) next() *cell[T] {
	if last := len(l.below) - 1; last >= 0 {
		c := l.below[last]
		l.below[last] = nil
		l.below = l.below[:last]
		return c
	}
	c := &cell[T]{value: newValue(l.New), at: &l.top, home: l}
	if _, resets := any(c.value).(resetter); resets || l.Reset != nil {
		full := c
		c.at = &full
	}
	return c
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
	if *c.at != nil {
		c.keep()
		return
	}
	*c.at = c
}

// keep is Put when there is more to do than to leave c on top.
//
//go:noinline
func (c *cell[T]) keep() {
	l := c.home
	if l.Reset != nil {
		l.Reset(c.value)
	} else if r, ok := any(c.value).(resetter); ok {
		r.Reset()
	}
	most := l.Max
	if most == 0 {
		most = 64
	}
	switch {
	case l.top == nil:
		l.top = c
	case len(l.below)+1 < most:
		l.below = append(l.below, l.top)
		l.top = c
	}
}

// Trim drops all idle values but n, the ones used longest ago first.
func (l *Local[T]) Trim(n int) {
	if n <= 0 {
		l.top, l.below = nil, nil
		return
	}
	if l.top != nil {
		n--
	}
	if over := len(l.below) - n; over > 0 {
		rest := copy(l.below, l.below[over:])
		clear(l.below[rest:])
		l.below = l.below[:rest]
	}
}

var errLateLocal error = misuse("pool: LocalItem used without ownership: it was put already, or is the zero LocalItem; put each item once and drop every copy of the handle then")
