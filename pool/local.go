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

	misses, refused uint64
	dropped         PoolStats // Puts and Hits of the cells that are not kept any more

	watch watch
	grave grave
}

// cell is a slot without a second goroutine: the same rules, plain words.
type cell[T any] struct {
	ended uint64
	value *T
	// at is where Put leaves the cell if that is nil: its Local's top, or
	// self, which never is, if there is more to do.
	at    **cell[T]
	self  *cell[T]
	home  *Local[T]
	trace *trace // nil unless somebody watches
	plain bool   // nothing is to be reset
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
	var c *cell[T]
	if last := len(l.below) - 1; last >= 0 {
		c, l.below[last] = l.below[last], nil
		l.below = l.below[:last]
	} else {
		c = l.newCell()
	}
	if l.watch.on() {
		c.at, c.trace = &c.self, l.watch.taken(kindOf[T], c.trace)
	}
	return c
}

func (l *Local[T]) newCell() *cell[T] {
	l.misses++
	c := &cell[T]{value: newValue(l.New), home: l}
	_, resets := any(c.value).(resetter)
	c.plain = !resets && l.Reset == nil
	c.self, c.at = c, &c.self
	if c.plain {
		c.at = &l.top
	}
	return c
}

// Value returns the value. It panics if the item was put already.
func (i LocalItem[T]) Value() *T {
	if i.c == nil || i.c.ended != i.ended {
		panic((*lateLocal[T])(i.c)) // a call would cost more than the inliner has
	}
	return i.c.value
}

// Put gives the value back to its list and ends every copy of the handle. It
// panics if the item was put already, and then changes nothing.
func (i LocalItem[T]) Put() {
	// This must cost 80 at most, like Get; inline_test.go guards both.
	c := i.c
	if c == nil || c.ended != i.ended || *c.at != nil {
		i.putSlow()
		return
	}
	c.ended++
	*c.at = c
}

// putSlow is Put when there is more to do than to leave the cell on top.
//
//go:noinline
func (i LocalItem[T]) putSlow() {
	c := i.c
	if c == nil || c.ended != i.ended {
		if c != nil {
			c.home.refused++
		}
		panic((*lateLocal[T])(c))
	}
	c.ended++
	if c.trace != nil {
		c.trace.end()
	}
	c.reset()
	c.home.keep(c)
}

func (c *cell[T]) reset() {
	if hook := c.home.Reset; hook != nil {
		hook(c.value)
	} else if r, ok := any(c.value).(resetter); ok {
		r.Reset()
	}
}

// keep files c, which nobody owns any more.
func (l *Local[T]) keep(c *cell[T]) {
	if poisonBuild {
		l.drop(c)
		l.grave.bury(newCorpse(c.value, c.trace))
		return
	}
	most := l.Max
	if most == 0 {
		most = 64
	}
	idle := len(l.below)
	if l.top != nil {
		idle++
	}
	switch {
	case idle >= max(most, 1):
		l.drop(c)
	case l.watch.on(): // no top: each Get is to be seen
		l.below = append(l.below, c)
	default:
		if c.trace = nil; c.plain {
			c.at = &l.top
		}
		if l.top != nil {
			l.below = append(l.below, l.top)
		}
		l.top = c
	}
}

// drop remembers the uses of a cell that goes.
func (l *Local[T]) drop(c *cell[T]) {
	l.dropped.Puts += c.ended
	l.dropped.Hits += c.ended - 1
}

// Trim drops all idle values but n, the ones used longest ago first.
func (l *Local[T]) Trim(n int) {
	n = max(n, 0)
	if l.top != nil {
		l.below = append(l.below, l.top)
		l.top = nil
	}
	over := max(0, len(l.below)-n)
	for _, c := range l.below[:over] {
		l.drop(c)
	}
	rest := copy(l.below, l.below[over:])
	clear(l.below[rest:])
	l.below = l.below[:rest]
}

// lateLocal is the panic of a LocalItem whose ownership has ended; see
// lateValue.
type lateLocal[T any] cell[T]

func (c *lateLocal[T]) Error() string {
	if c == nil {
		return errLateLocal.Error()
	}
	return c.trace.explain(errLateLocal).Error()
}

var errLateLocal error = misuse("pool: LocalItem used without ownership: it was put already, or is the zero LocalItem; put each item once and drop every copy of the handle then")
