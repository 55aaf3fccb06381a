package pool

import (
	"sync"
	"sync/atomic"
)

// Unchecked is safe for concurrent use. It is [Pool] over a bare *T: nothing
// knows who owns a value, so a double put gives it two owners and a use after
// put reaches the next one, both unseen. Take it where a handle has no room
// and one function holds Get and Put. The zero value is ready to use.
//
// It must not be copied after first use, and its hooks must not change then.
type Unchecked[T any] struct {
	// New makes a value when none is kept; it must not return nil.
	// Zero means new(T).
	New func() *T
	// Reset is called by Put before the value can be taken again.
	// Zero means the value's own Reset() method, if *T has one, else nothing.
	Reset func(*T)

	values sync.Pool // of *T
	// plain is set once it is known that there is nothing to reset. It only
	// ever turns true, so a stale false costs a look-up and nothing else.
	plain atomic.Bool
}

// Get takes a value out of the pool or makes one. The caller owns it until
// Put.
func (p *Unchecked[T]) Get() *T {
	v, _ := p.values.Get().(*T)
	if v == nil {
		v = newValue(p.New)
	}
	return v
}

// Put gives v to the pool. The caller must own it, and must not touch it
// afterwards. It need not come from Get.
func (p *Unchecked[T]) Put(v *T) {
	if v == nil || !p.plain.Load() {
		p.reset(v)
	}
	p.values.Put(v)
}

//go:noinline
func (p *Unchecked[T]) reset(v *T) {
	if v == nil {
		panic("pool: Unchecked.Put(nil); put the pointer that Get returned")
	}
	if p.Reset != nil {
		p.Reset(v)
	} else if r, ok := any(v).(resetter); ok {
		r.Reset()
	} else {
		p.plain.Store(true)
	}
}
