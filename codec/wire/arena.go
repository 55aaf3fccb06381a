package wire

import "unsafe"

const (
	// arenaChunk is what one kept string or list can pin at most, besides itself.
	arenaChunk = 4096
	// arenaMax is the longest string that shares a chunk with others.
	arenaMax = 256
)

// arena is memory that small strings and lists of numbers are cut from: those of one
// document are usually kept and dropped together, and one allocation serves many.
type arena struct {
	rest  []byte // of the chunk, given to nobody yet
	taken int    // bytes of all chunks of this document

	// What the document before took in all, and its size: documents that one
	// program reads are often of one kind.
	lastTaken, lastSize int
}

// keep copies b into a string.
func (d *Decoder) keep(b []byte) string {
	n := len(b)
	if n == 0 {
		return ""
	}
	if d.policy.NoCopy && d.inInput(b) {
		// Rule: the caller has promised not to change the input.
		return unsafe.String(&b[0], n)
	}
	if n > arenaMax {
		return string(b)
	}
	if n > len(d.arena.rest) {
		d.chunk(n)
	}
	s := d.arena.rest[:n:n]
	d.arena.rest = d.arena.rest[n:]
	copy(s, b)
	// Rule: these bytes have been cut off the arena and are never written again.
	return unsafe.String(&s[0], n)
}

// chunk begins another chunk, of n bytes at least. Its size is what the document
// will still need if it is like the last one. If that is too little it is what is
// left of the input, which bounds what its strings can need, but for replaced UTF-8.
func (d *Decoder) chunk(n int) {
	a := &d.arena
	size := len(d.data) - d.pos
	if a.lastSize > 0 {
		total := uint64(a.lastTaken) * uint64(len(d.data)) / uint64(a.lastSize)
		if guess := int(total) - a.taken; guess >= n {
			size = guess
		}
	}
	chunk := uncleared(max(n, min(arenaChunk, size)))
	a.rest = chunk[:cap(chunk)]
	a.taken += cap(chunk)
}

// next is the arena for the next document, after one of size bytes: without memory,
// which the values have, and with what was taken, if anything.
func (a *arena) next(size int) arena {
	if a.taken == 0 {
		return arena{lastTaken: a.lastTaken, lastSize: a.lastSize}
	}
	return arena{lastTaken: a.taken - len(a.rest), lastSize: size}
}

// inInput reports whether b, which is not empty, is a part of the input and not
// of scratch.
func (d *Decoder) inInput(b []byte) bool {
	// Rule: addresses are compared only, and one array has one range of them.
	at := uintptr(unsafe.Pointer(&b[0])) - uintptr(unsafe.Pointer(unsafe.SliceData(d.data)))
	return at < uintptr(len(d.data))
}
