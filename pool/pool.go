package pool

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// A Pool is safe for concurrent use. It keeps values of type T for reuse and
// hands them out behind an [Item], which knows when it was put already: one
// value never has two owners. The zero value is ready to use.
//
// Values lie in a [sync.Pool], so idle ones go at the second garbage
// collection. A Pool must not be copied after first use, and its hooks must
// not change then.
type Pool[T any] struct {
	// New makes a value when none is kept; it must not return nil.
	// Zero means new(T).
	New func() *T
	// Reset is called by Put, by the last owner, before the value can be
	// taken again. If it panics the value is dropped.
	// Zero means the value's own Reset() method, if *T has one, else nothing.
	Reset func(*T)

	slots sync.Pool // of *slot[T]
	watch watch
	grave grave

	puts, returned, misses, refused atomic.Uint64 // returned: values put at least once
	alive                           atomic.Int64  // values that the collector has not taken
}

// resetter is what Reset's zero value looks for.
type resetter interface{ Reset() }

// Get takes a value out of the pool or makes one. The caller owns it until
// [Item.Put].
func (p *Pool[T]) Get() Item[T] {
	s, _ := p.slots.Get().(*slot[T])
	if s == nil {
		s = p.newSlot()
	}
	if p.watch.on() {
		s.trace.Store(p.watch.taken(kindOf[T], s.trace.Load()))
	}
	// The word moved in Put, so Get needs no atomic write: nobody else has a
	// handle of this generation until we return one.
	return Item[T]{s, s.word.Load()}
}

// newSlot stays out of line: it is the cold half of Get.
//
//go:noinline
func (p *Pool[T]) newSlot() *slot[T] {
	p.misses.Add(1)
	s := &slot[T]{pool: p, value: newValue(p.New)}
	_, resets := any(s.value).(resetter)
	s.plain = !resets && p.Reset == nil
	p.alive.Add(1)
	runtime.AddCleanup(s, func(alive *atomic.Int64) { alive.Add(-1) }, &p.alive)
	return s
}

func newValue[T any](hook func() *T) *T {
	if hook == nil {
		return new(T)
	}
	v := hook()
	if v == nil {
		panic("pool: the New hook returned nil; return a value, or leave New unset to get new(T)")
	}
	return v
}
