package pool

import (
	"runtime"
	"unsafe"
)

// block is the state behind a [Buffer], with its storage: one thing to take
// and to give back. It belongs to the one owner of the Buffer that has its
// turn.
type block struct {
	t     *ticket // its turn is the generation
	b     []byte  // the content; the array is this block's alone
	mem   *Bytes
	class int // the array's; notKept if it is too large or beyond the budget
}

const notKept = -1

// takeBlock returns a block with an empty array for n bytes, not yet out.
func (p *Bytes) takeBlock(n int) *block {
	bounds := p.bounds.Load()
	if uint64(n) >= bounds>>32 {
		return p.otherBlock(n)
	}
	n = max(n, int(uint32(bounds)))
	class, _ := classOf(n)
	x := p.blocks[class].Get()
	// As in Bytes.Get: blocks hold *block and nothing else.
	if k := (*block)((*words)(unsafe.Pointer(&x)).pointer); k != nil {
		return k
	}
	return p.missBlock(n)
}

//go:noinline
func (p *Bytes) missBlock(n int) *block {
	class, size := classOf(n)
	b := make([]byte, 0, size)
	if !p.charge(size) {
		return p.newBlock(b, notKept)
	}
	return p.newBlock(b, class)
}

// otherBlock is takeBlock for an n larger than MaxSize, or the first.
func (p *Bytes) otherBlock(n int) *block {
	if p.fits(n) {
		return p.takeBlock(n)
	}
	return p.newBlock(make([]byte, 0, n), notKept)
}

func (p *Bytes) newBlock(b []byte, class int) *block {
	k := &block{t: &ticket{home: class}, b: b, mem: p, class: class}
	k.t.class.Store(int32(class))
	p.tickets.watchBlock(k)
	// The array dies with its block: whoever else refers to it does so late.
	runtime.AddCleanup(k, p.forgetBlock, k.t)
	return k
}

func (p *Bytes) forgetBlock(t *ticket) {
	p.tickets.retireBlock(t)
	if class := int(t.class.Load()); class != notKept {
		p.spent.Add(-int64(sizeOf(class)))
	}
}

// keepBlock files k, which nobody owns any more, under its class.
func (p *Bytes) keepBlock(k *block) {
	if toBury(uintptr(cap(k.b))) {
		p.grave.bury(newBytesCorpse(k.b, k.t.trace.Load()))
		return
	}
	k.b = k.b[:0]
	if k.class == notKept {
		k.b = nil
		return
	}
	p.blocks[k.class].Put(k)
}

// outgrow gives k an array with room for n more bytes and returns a block with
// the old one, which the caller must keep when nobody reads from it any more.
func (k *block) outgrow(n int) (old *block) {
	old = k.mem.takeBlock(k.mem.grown(len(k.b), cap(k.b), n))
	old.t.turn.skip() // taken, and soon given back: a Get for the Stats
	k.b, old.b = append(old.b, k.b...), k.b
	k.class, old.class = old.class, k.class
	k.t.class.Store(int32(k.class))
	old.t.class.Store(int32(old.class))
	return old
}

func (k *block) grow(n int) {
	if cap(k.b)-len(k.b) < n {
		k.mem.keepBlock(k.outgrow(n))
	}
}

// add appends p to the content of k.
func add[S string | []byte](k *block, p S) {
	if cap(k.b)-len(k.b) >= len(p) {
		k.b = append(k.b, p...)
		return
	}
	// p may be a part of the old storage: give that back last.
	old := k.outgrow(len(p))
	k.b = append(k.b, p...)
	k.mem.keepBlock(old)
}
