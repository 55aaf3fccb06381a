package wire

import "unsafe"

const (
	// arenaChunk is what one kept string can pin at most, besides itself.
	arenaChunk = 4096
	// arenaMax is the longest string that shares a chunk with others.
	arenaMax = 256
)

// keep copies b into a string. Small strings of one document share chunks:
// they are usually kept and dropped together, and one allocation serves many.
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
	if n > len(d.arena) {
		// What is left of the input bounds what its strings can need, but for
		// replaced UTF-8; a small document takes a small chunk.
		chunk := uncleared(max(n, min(arenaChunk, len(d.data)-d.pos)))
		d.arena = chunk[:cap(chunk)]
	}
	s := d.arena[:n:n]
	d.arena = d.arena[n:]
	copy(s, b)
	// Rule: these bytes have been cut off the arena and are never written again.
	return unsafe.String(&s[0], n)
}

// inInput reports whether b, which is not empty, is a part of the input and not
// of scratch.
func (d *Decoder) inInput(b []byte) bool {
	// Rule: addresses are compared only, and one array has one range of them.
	at := uintptr(unsafe.Pointer(&b[0])) - uintptr(unsafe.Pointer(unsafe.SliceData(d.data)))
	return at < uintptr(len(d.data))
}
