package pool

import (
	"fmt"
	"sync"
	"sync/atomic"
	"unsafe"
)

// A Bytes is safe for concurrent use. It keeps byte slices for reuse in size
// classes, four per octave, so that a slice is at most a quarter larger than
// asked for; what is larger than the largest class is never kept, so one huge
// request pins no memory. The zero value is ready to use.
//
// Slices lie in [sync.Pool]s, so idle ones go at the second garbage
// collection: what a burst needed is free soon after it. A Bytes must not be
// copied after first use, and its fields must not change then.
//
// A []byte carries no generation: once a slice that was put has its next
// owner, a late Put of it looks like that owner's. A [Buffer] tells them apart.
type Bytes struct {
	// MinSize is the smallest capacity handed out, rounded up to a class.
	// Zero means 64, the size of the smallest class.
	MinSize int
	// MaxSize is the largest capacity kept, rounded up to a class, at most
	// 1 GiB. Zero means 1 MiB.
	MaxSize int
	// Budget is the most bytes that the pool's memory has in all, handed out
	// or idle, so that idle memory never exceeds it. Get and Buffer beyond it
	// make memory that is dropped when it is put.
	// Zero means no limit.
	Budget int64

	// bounds is 1 more than the largest class's size << 32, and the smallest
	// one's; 0 until first needed. Racing first users store the same value.
	bounds atomic.Uint64
	// What Get and Put read ends within the first cache line; what they write
	// is in the tickets and the sync.Pools.
	watch   watch
	tickets registry
	spent   atomic.Int64 // of Budget
	// arrays hold *byte, blocks hold *block. They share the budget and no
	// memory: a Buffer's storage is never a slice that somebody may put. An
	// array lies there bare, so that Put need not load what to give back.
	arrays [numClasses]sync.Pool
	blocks [numClasses]sync.Pool

	large      atomic.Uint64 // Gets of slices beyond MaxSize or Budget
	overBudget atomic.Uint64
	refused    atomic.Uint64

	grave grave
}

// Get returns a slice of length n whose capacity is the size of n's class, or
// n itself if that is larger than MaxSize. Its bytes are those of its last
// owner. The caller owns the slice until Put; dropping it instead is safe.
func (p *Bytes) Get(n int) []byte {
	bounds := p.bounds.Load()
	if uint64(n) >= bounds>>32 {
		return p.getOther(n)
	}
	class, _ := classOf(max(n, int(uint32(bounds))))
	x := p.arrays[class].Get()
	// arrays hold *byte and nothing else, so the pointer in x is one, or nil
	// if x is: this is a type assertion without its look-up.
	array := (*byte)((*words)(unsafe.Pointer(&x)).pointer)
	if array == nil {
		return p.newArray(n)
	}
	t := p.tickets.first(array)
	if t == nil || t.addr != addrOf(array) {
		if t = p.tickets.find(array); t == gone {
			return p.newArray(n) // for how that may be see registry.issue
		}
	}
	t.turn.begin()
	if p.watch.on() {
		p.trace(t, n)
	}
	return sliceOf(array, n, t.size)
}

// getOther is Get for an n that is negative, larger than MaxSize, or the first.
func (p *Bytes) getOther(n int) []byte {
	if p.fits(n) {
		return p.Get(n)
	}
	p.large.Add(1)
	return make([]byte, n)
}

// fits reports whether a class holds n bytes. It sets the bounds.
func (p *Bytes) fits(n int) bool {
	if n < 0 {
		panic(fmt.Sprintf("pool: Bytes.Get(%d); ask for a length of 0 or more", n))
	}
	if p.bounds.Load() == 0 {
		p.setBounds()
	}
	return uint64(n) < p.bounds.Load()>>32
}

//go:noinline
func (p *Bytes) newArray(n int) []byte {
	class, size := classOf(max(n, int(uint32(p.bounds.Load()))))
	b := make([]byte, n, size)
	if !p.charge(size) {
		p.large.Add(1)
		return b
	}
	t := p.tickets.issue(b, class, &p.arrays[class], &p.spent)
	if p.watch.on() {
		p.trace(t, n)
	}
	return b
}

// charge takes size bytes from the budget, if it has them. The collector gives
// them back with the memory.
func (p *Bytes) charge(size int) bool {
	if spent := p.spent.Add(int64(size)); p.Budget != 0 && spent > p.Budget {
		p.spent.Add(-int64(size))
		p.overBudget.Add(1)
		return false
	}
	return true
}

func (p *Bytes) trace(t *ticket, n int) {
	kind := func() string { return fmt.Sprintf("[]byte of %d", n) }
	t.trace.Store(p.watch.taken(kind, t.trace.Load()))
}

// Put gives b's whole array back. The caller must own it and not touch it
// afterwards; b may have any length, but must begin where the slice from Get
// began and have its capacity.
//
// Anything else is refused, which is safe, and counted in [Stats].Refused: a
// slice from elsewhere or of another Bytes, a part of a slice, one larger than
// MaxSize or made beyond the Budget, and one that lies in the pool already. A
// pooldebug build panics at the last.
func (p *Bytes) Put(b []byte) {
	array := unsafe.SliceData(b)
	t := p.tickets.first(array)
	if t == nil || t.addr != addrOf(array) {
		t = p.tickets.find(array)
	}
	// The end is an instruction that all later loads wait for: what needs no
	// winner comes before it.
	arrays := t.lies
	if t.size != cap(b) || !t.turn.end() {
		p.refuse(t, b)
		return
	}
	if t.trace.Load() != nil {
		endTrace(&t.trace)
	}
	if toBury(uintptr(cap(b))) {
		p.bury(b, t)
		return
	}
	arrays.Put(array)
}

func (p *Bytes) bury(b []byte, t *ticket) {
	p.grave.bury(newBytesCorpse(b, t.trace.Load()))
}

func (p *Bytes) refuse(t *ticket, b []byte) {
	p.refused.Add(1)
	if poisonBuild && t != gone && t.size == cap(b) {
		panic(t.trace.Load().explain(errSlicePut))
	}
}

var errSlicePut error = misuse("pool: Bytes.Put of a slice that was put already; put each slice once, when its last user is done, and drop every copy then")

// Grow returns b with room for n more bytes. If that takes another array, the
// content moves and b's array is given back: b must not be used any more.
func (p *Bytes) Grow(b []byte, n int) []byte {
	next := p.grow(b, n)
	p.giveUp(b, next)
	return next
}

// Append appends data to b, as the built-in function does, and gives b's array
// back if the result has another one: b must not be used any more then.
func (p *Bytes) Append(b []byte, data ...byte) []byte {
	// data may be a part of b's array: give that back last.
	next := append(p.grow(b, len(data)), data...)
	p.giveUp(b, next)
	return next
}

func (p *Bytes) grow(b []byte, n int) []byte {
	if n < 0 {
		panic(fmt.Sprintf("pool: Bytes.Grow by %d; ask for 0 or more", n))
	}
	if cap(b)-len(b) >= n {
		return b
	}
	next := p.Get(p.grown(len(b), cap(b), n))
	return next[:copy(next, b)]
}

func (p *Bytes) giveUp(b, next []byte) {
	if cap(b) > 0 && unsafe.SliceData(b) != unsafe.SliceData(next) {
		p.Put(b)
	}
}

// grown is the capacity for n more bytes: doubled, so that appends are
// amortised, but not beyond what is kept while the content fits that.
func (p *Bytes) grown(length, capacity, n int) int {
	need := length + n
	if need < 0 {
		panic("pool: content larger than an int can count; write less, or to a file")
	}
	largest := int(p.bounds.Load()>>32) - 1
	if need <= largest {
		return min(max(need, 2*capacity), largest)
	}
	return max(need, 2*capacity)
}

func (p *Bytes) setBounds() {
	if p.Budget < 0 {
		panic(fmt.Sprintf("pool: Bytes.Budget is %d; leave it 0 for no limit, or choose a positive one", p.Budget))
	}
	p.bounds.Store(boundsOf("Bytes", p.MinSize, p.MaxSize))
}

// boundsOf returns what Bytes.bounds is, for the fields of that type.
func boundsOf(name string, least, most int) uint64 {
	if most == 0 {
		most = defaultMax
	}
	if most < minClassSize || most > maxClassSize {
		panic(fmt.Sprintf("pool: %s.MaxSize is %d; leave it 0 for 1 MiB, or choose 64 to 1 GiB", name, most))
	}
	if least < 0 || least > most {
		panic(fmt.Sprintf("pool: %s.MinSize is %d; leave it 0 for 64, or choose up to MaxSize, which is %d", name, least, most))
	}
	_, lo := classOf(max(least, minClassSize))
	_, hi := classOf(most)
	return uint64(hi+1)<<32 | uint64(lo)
}

// Watch makes Leaks list what is taken from now on, until stop is called. A
// watched Get records its callers, which costs a microsecond. In a pooldebug
// build everything is watched always.
func (p *Bytes) Watch() (stop func()) { return p.watch.start() }

// Leaks lists the slices and Buffers that were taken while watched and are
// still out. Slices larger than MaxSize or beyond the Budget are not listed.
func (p *Bytes) Leaks() []Leak { return p.watch.leaks() }

// Check returns an error if a slice or a Buffer's content was written to after
// its Put. It sees that in a pooldebug build, and nothing in others.
func (p *Bytes) Check() error { return p.grave.check() }
