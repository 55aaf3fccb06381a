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

	idle []*cell[T]
}

// cell is a slot without a second goroutine: the same rules, plain words.
type cell[T any] struct {
	ended uint64
	value *T
	self  resetter
	home  *Local[T]
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
	last := len(l.idle) - 1
	if last < 0 {
		return l.fresh()
	}
	c := l.idle[last]
	l.idle = l.idle[:last]
	return LocalItem[T]{c, c.ended}
}

//go:noinline
func (l *Local[T]) fresh() LocalItem[T] {
	c := &cell[T]{value: newValue(l.New), home: l}
	c.self, _ = any(c.value).(resetter)
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
	l := c.home
	if c.self != nil || l.Reset != nil {
		c.reset()
	}
	if len(l.idle) == cap(l.idle) && !l.room() {
		return
	}
	l.idle = append(l.idle, c)
}

//go:noinline
func (c *cell[T]) reset() {
	if c.home.Reset != nil {
		c.home.Reset(c.value)
		return
	}
	c.self.Reset()
}

// room makes the list's capacity Max, once, so that Put's only question is
// whether the list is full.
//
//go:noinline
func (l *Local[T]) room() bool {
	most := l.Max
	if most == 0 {
		most = 64
	}
	if cap(l.idle) >= most {
		return false
	}
	l.idle = make([]*cell[T], 0, most)
	return true
}

// Trim drops all idle values but n, the ones used longest ago first.
func (l *Local[T]) Trim(n int) {
	over := len(l.idle) - max(n, 0)
	if over <= 0 {
		return
	}
	rest := copy(l.idle, l.idle[over:])
	clear(l.idle[rest:cap(l.idle)])
	l.idle = l.idle[:rest]
}

var errLateLocal error = misuse("pool: LocalItem used without ownership: it was put already, or is the zero LocalItem; put each item once and drop every copy of the handle then")
