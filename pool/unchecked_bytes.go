package pool

import (
	"fmt"
	"sync"
	"sync/atomic"
	"unsafe"
)

// An UncheckedBytes is safe for concurrent use. It is [Bytes] at the price of its
// [sync.Pool]s, with nothing written down: a second put gives a slice two
// owners, and a put of a part that has a class's size as capacity makes slices
// that overlap, unseen. A pooldebug build sees second puts and late writes.
// Take it where one function holds Get and Put, and bytes are all that counts.
//
// The zero value is ready to use. It must not be copied after first use, and
// its field must not change then.
type UncheckedBytes struct {
	// MaxSize is the largest capacity kept, rounded up to a class, at most
	// 1 GiB. Zero means 1 MiB.
	MaxSize int

	// sizes is how many sizes from minClassSize on have a class, so that one
	// comparison sees what has none; 0 until first needed.
	sizes  atomic.Int64
	arrays [numClasses]sync.Pool // of *byte
	grave  grave
}

// Get returns a slice of length n whose capacity is the size of n's class, or
// n itself if that is larger than MaxSize. Its bytes are those of its last
// owner. The caller owns the slice until Put; dropping it instead is safe.
func (p *UncheckedBytes) Get(n int) []byte {
	if uint(n-minClassSize) >= uint(p.sizes.Load()) {
		return p.getOther(n)
	}
	class, size := classOf(n)
	x := p.arrays[class].Get()
	// arrays hold *byte and nothing else, so the pointer in x is one, or nil
	// if x is: this is a type assertion without its look-up.
	data := (*byte)((*words)(unsafe.Pointer(&x)).pointer)
	if data == nil {
		return make([]byte, n, size)
	}
	return sliceOf(data, n, size) // Put files an array under the class of its capacity
}

// getOther is Get for an n that has no class of its own, or is the first.
//
//go:noinline
func (p *UncheckedBytes) getOther(n int) []byte {
	if n < 0 {
		panic(fmt.Sprintf("pool: UncheckedBytes.Get(%d); ask for a length of 0 or more", n))
	}
	if p.sizes.Load() == 0 {
		p.sizes.Store(int64(boundsOf("UncheckedBytes", 0, p.MaxSize)>>32) - minClassSize)
		return p.Get(n)
	}
	if n < minClassSize {
		return p.Get(minClassSize)[:n]
	}
	return make([]byte, n)
}

// Put gives b's array back. The caller must own it and not touch it
// afterwards; b may have any length, but must begin where the slice from Get
// began and have its capacity. What has no class's size is dropped.
func (p *UncheckedBytes) Put(b []byte) {
	n := cap(b)
	if uint(n-minClassSize) >= uint(p.sizes.Load()) {
		return
	}
	class, size := classOf(n)
	if size != n {
		return
	}
	if poisonBuild {
		t := p.grave.ended("[]byte", unsafe.Pointer(unsafe.SliceData(b)), errSliceTwice)
		p.grave.bury(newBytesCorpse(b, t))
		return
	}
	p.arrays[class].Put(unsafe.SliceData(b))
}

// Check returns an error if a slice was written to after its Put. It sees that
// in a pooldebug build, and nothing in others.
func (p *UncheckedBytes) Check() error { return p.grave.check() }

var errSliceTwice error = misuse("pool: UncheckedBytes.Put of a slice that was put already; put each slice once, or use Bytes, which refuses it in every build")
