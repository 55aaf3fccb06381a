package pool

import (
	"fmt"
	"unsafe"
)

// A Buffer is not safe for concurrent use; one goroutine at a time uses it. It
// is an append buffer over [Bytes]: a handle of two words, to be passed by
// value, on storage that goes back to its class when the content outgrows it
// and on Release. After Release every method of every copy panics, also when
// the storage has a new owner.
//
// It has the writing half of [bytes.Buffer], with the same results. Turning a
// Buffer into an interface allocates the handle (16 bytes); calling its
// methods does not.
type Buffer struct {
	k    *block
	turn uint64 // the block's, while this handle owns it
}

// Buffer returns an empty [Buffer] with room for n bytes, which it takes from
// p and gives back to p. An n below 0, such as a ContentLength that is not
// known, counts as 0.
func (p *Bytes) Buffer(n int) Buffer {
	k := p.takeBlock(max(n, 0))
	b := Buffer{k, k.t.turn.begin()}
	if p.watch.on() {
		k.t.trace.Store(p.watch.taken(func() string { return "Buffer" }, k.t.trace.Load()))
	}
	return b
}

// Release gives the storage back and ends every copy of the handle. Slices
// that Bytes or AvailableBuffer returned must not be used any more.
func (b Buffer) Release() {
	// One winner among all callers; see Item.Put.
	k := b.k
	if k == nil || !k.t.turn.endOf(b.turn) {
		b.late()
	}
	if k.t.trace.Load() != nil {
		endTrace(&k.t.trace)
	}
	k.mem.keepBlock(k)
}

var errLateBuffer error = misuse("pool: Buffer used without ownership: it was released already, or is the zero Buffer; take one from Bytes.Buffer, and release it once, when its last user is done")

// block returns the state, which stays the caller's until Release.
func (b Buffer) block() *block {
	if b.k == nil || b.k.t.turn.now.Load() != b.turn {
		b.late()
	}
	return b.k
}

//go:noinline
func (b Buffer) late() {
	if b.k == nil {
		panic(errLateBuffer)
	}
	panic(b.k.t.trace.Load().explain(errLateBuffer))
}

// Bytes returns the content. The slice is valid until the next call that
// changes the buffer, and belongs to it: do not put it.
func (b Buffer) Bytes() []byte { return b.block().b }

// String returns a copy of the content.
func (b Buffer) String() string { return string(b.block().b) }

// Len returns the length of the content.
func (b Buffer) Len() int { return len(b.block().b) }

// Cap returns how long the content can get before the storage changes.
func (b Buffer) Cap() int { return cap(b.block().b) }

// Available returns how many bytes fit before the storage changes.
func (b Buffer) Available() int {
	k := b.block()
	return cap(k.b) - len(k.b)
}

// Reset empties the buffer and keeps its storage.
func (b Buffer) Reset() {
	k := b.block()
	k.b = k.b[:0]
}

// Truncate drops all but the first n bytes of the content.
func (b Buffer) Truncate(n int) {
	k := b.block()
	if n < 0 || n > len(k.b) {
		panic(fmt.Sprintf("pool: Buffer.Truncate(%d) of %d bytes; the content can only get shorter", n, len(k.b)))
	}
	k.b = k.b[:n]
}

// Grow makes room for n more bytes.
func (b Buffer) Grow(n int) {
	if n < 0 {
		panic(fmt.Sprintf("pool: Buffer.Grow(%d); ask for 0 or more", n))
	}
	b.block().grow(n)
}

// AvailableBuffer returns an empty slice with the capacity Available, to be
// appended to and handed to the very next Write:
//
//	buf.Write(strconv.AppendInt(buf.AvailableBuffer(), n, 10))
//
// It is valid until the next call that changes the buffer.
func (b Buffer) AvailableBuffer() []byte {
	k := b.block()
	return k.b[len(k.b):]
}

// Append lets f append to the content in place, as the AppendX functions of
// strconv, time and others do, and makes what f returns the content. f must
// not keep its argument and must not use b. If f outgrows the storage, its
// append allocates, and the content moves to the class that holds it: Grow
// beforehand by what f is known to need.
func (b Buffer) Append(f func([]byte) []byte) {
	if f == nil {
		panic("pool: Buffer.Append(nil); give it a function")
	}
	k := b.block()
	old := k.b
	out := f(old)
	b.mustStillHold(old, "Append's function")
	if unsafe.SliceData(out) == unsafe.SliceData(old) {
		k.b = old[:len(out)] // keeps the capacity, which out may have lost
		return
	}
	// out is f's memory, or a part of ours, which copy allows.
	k.b = old[:0]
	k.grow(len(out))
	k.b = k.b[:copy(k.b[:len(out)], out)]
}

// Segments appends the content to dst, without copying it, for a vectored
// write of several buffers:
//
//	list := net.Buffers(body.Segments(head.Segments(nil)))
//	list.WriteTo(conn)
//
// The slices are valid until the next call that changes their buffer.
func (b Buffer) Segments(dst [][]byte) [][]byte {
	k := b.block()
	if len(k.b) == 0 {
		return dst
	}
	return append(dst, k.b[:len(k.b):len(k.b)])
}

// mustStillHold panics if the content is not old any more, after code that is
// not ours ran: old's array may belong to someone else by now.
func (b Buffer) mustStillHold(old []byte, who string) {
	k := b.block()
	if len(k.b) != len(old) || unsafe.SliceData(k.b) != unsafe.SliceData(old) {
		panic("pool: " + who + " changed the Buffer it was called for; give it another one")
	}
}
