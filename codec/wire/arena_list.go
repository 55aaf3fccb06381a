package wire

import "unsafe"

const (
	// listFirst is the room a list of numbers begins with.
	listFirst = 4
	// listMax is the length at which a list that must grow leaves its chunk. A chunk
	// thus has lists of less than twice as many elements, which is one KiB.
	listMax = 64
)

// number is what lists of which share chunks. None is larger than eight bytes, and
// none holds a pointer: the collector does not look into a chunk.
type number interface{ int | int64 | float64 }

// cutNumbers returns s, all of which is in use, with room for more elements, which are
// zero. As long as the list is short its memory is the first of what is left of
// the chunk, where it can grow in place: it belongs to it only from endNumbers on, and
// nothing else may be cut off before.
func cutNumbers[E number](d *Decoder, s []E) []E {
	n := len(s)
	if n > 0 && (!atRest(d, s) || n >= listMax) {
		return Grow(s)
	}
	size := int(unsafe.Sizeof(*new(E)))
	want := max(listFirst, 2*n)
	skip := unaligned(d.arena.rest)
	room := (len(d.arena.rest) - skip) / size
	if room <= n {
		d.chunk(want*size + 7)
		skip = unaligned(d.arena.rest)
		room = (len(d.arena.rest) - skip) / size
	}
	// Rule: the elements lie within what is left of the chunk, at a multiple of eight,
	// and the chunk holds no pointers, as E does not.
	out := unsafe.Slice((*E)(unsafe.Pointer(&d.arena.rest[skip])), min(room, want))
	clear(out[copy(out, s):])
	return out
}

// endNumbers returns the n elements that were decoded into s; none is an empty
// slice, not nil. What a list cut from the chunk has not used stays the chunk's.
func endNumbers[E number](d *Decoder, s []E, n int) []E {
	if n == 0 {
		return []E{}
	}
	if atRest(d, s) {
		end := unaligned(d.arena.rest) + n*int(unsafe.Sizeof(s[0]))
		d.arena.rest = d.arena.rest[end:]
		return s[:n:n]
	}
	return s[:n]
}

// atRest reports whether s, which is not empty, lies where the next list would be cut.
func atRest[E number](d *Decoder, s []E) bool {
	rest := d.arena.rest
	skip := unaligned(rest)
	// Rule: addresses are compared only. Nobody but the list that is being read has
	// memory there.
	return skip < len(rest) && unsafe.Pointer(unsafe.SliceData(s)) == unsafe.Pointer(&rest[skip])
}

// unaligned is how many bytes of b lie before the next multiple of eight.
func unaligned(b []byte) int {
	// Rule: the address is looked at only.
	return int(-uintptr(unsafe.Pointer(unsafe.SliceData(b))) & 7)
}
