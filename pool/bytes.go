package pool

import (
	"fmt"
	"sync"
	"sync/atomic"
	"unsafe"
)

// Bytes is safe for concurrent use. It keeps byte slices for reuse in size
// classes, four per octave, so that a slice is at most a quarter larger than
// asked for; what is larger than the largest class is never kept, so one huge
// request pins no memory. The zero value is ready to use.
//
// Slices lie in [sync.Pool]s, so idle ones go at the second garbage
// collection. A Bytes must not be copied after first use, and its fields must
// not change then.
//
// A []byte carries no generation: once a slice that was put has its next
// owner, a late Put of it looks like that owner's. A [Buffer] tells them apart.
type Bytes struct {
	// MinSize is the smallest capacity handed out, rounded up to a class.
	// Zero means 64, and so does less than that.
	MinSize int
	// MaxSize is the largest capacity kept, rounded up to a class, at most
	// 1 GiB. Zero means 1 MiB.
	MaxSize int

	// bounds is limitsSet, the first class in use << 8 and the last one, and 0
	// until first needed. Racing first users store the same value.
	bounds  atomic.Uint32
	blocks  Pool[block]
	tickets registry
	// classes hold the slices' data pointers: *byte is one word, so it goes
	// into sync.Pool's interface without the allocation a []byte would cost.
	classes [numClasses]sync.Pool

	large   atomic.Uint64 // Gets beyond MaxSize
	refused atomic.Uint64
}

// Get returns a slice of length n whose capacity is the size of n's class, or
// n itself if that is larger than MaxSize. Its bytes are those of its last
// owner. The caller owns the slice until Put; dropping it instead is safe.
func (p *Bytes) Get(n int) []byte {
	class, size, kept := p.classFor(n)
	if !kept {
		p.large.Add(1)
		return make([]byte, n)
	}
	data, ok := p.classes[class].Get().(*byte)
	if !ok {
		b := make([]byte, n, size)
		p.tickets.issue(b, class)
		return b
	}
	p.tickets.find(data).out()
	// unsafe.Slice's rule: size bytes of one allocation must begin at data.
	// Put files a pointer under a class only with the ticket that issue wrote
	// for an array of this class's size.
	return unsafe.Slice(data, size)[:n]
}

// classFor returns n's class and that class's size, and whether slices of n
// bytes are kept at all.
func (p *Bytes) classFor(n int) (class, size int, kept bool) {
	if n < 0 {
		panic(fmt.Sprintf("pool: Bytes.Get(%d); ask for a length of 0 or more", n))
	}
	lo, hi := p.limits()
	if n > maxClassSize {
		return 0, 0, false
	}
	class, size = classOf(max(n, minClassSize))
	if class < lo {
		return lo, sizeOf(lo), true
	}
	return class, size, class <= hi
}

// Put gives b's whole array back. The caller must own it and not touch it
// afterwards; b may have any length, but must begin where the slice from Get
// began and have its capacity.
//
// Anything else is refused, which is safe, and counted in [Stats].Refused: a
// slice from elsewhere or of another Bytes, a part of a slice, one larger than
// MaxSize, and one that lies in the pool already.
func (p *Bytes) Put(b []byte) {
	data := unsafe.SliceData(b)
	t := p.tickets.find(data)
	if t == nil || t.size != cap(b) || !t.in() {
		p.refused.Add(1)
		return
	}
	p.classes[t.class].Put(data)
}

// Buffer returns an empty [Buffer] with room for n bytes, which it takes from
// p and gives back to p.
func (p *Bytes) Buffer(n int) Buffer {
	i := p.blocks.Get()
	k := i.s.value
	k.mem = p
	if n > 0 {
		k.b = p.Get(n)[:0]
	}
	return Buffer{i}
}

// limitsSet tells classes 0 to 0 (MaxSize 64) from not yet computed.
const limitsSet = 1 << 16

func (p *Bytes) limits() (lo, hi int) {
	v := p.bounds.Load()
	if v == 0 {
		v = p.setLimits()
	}
	return int(v >> 8 & 0xff), int(v & 0xff)
}

func (p *Bytes) setLimits() uint32 {
	least, most := max(p.MinSize, minClassSize), p.MaxSize
	if most == 0 {
		most = defaultMax
	}
	if least > most || most > maxClassSize {
		panic(fmt.Sprintf("pool: Bytes with MinSize %d and MaxSize %d; choose 64 <= MinSize <= MaxSize <= 1 GiB, or leave them 0", p.MinSize, p.MaxSize))
	}
	lo, _ := classOf(least)
	hi, _ := classOf(most)
	v := limitsSet | uint32(lo)<<8 | uint32(hi)
	p.bounds.Store(v)
	return v
}
