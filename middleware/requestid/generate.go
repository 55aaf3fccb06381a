package requestid

import (
	"encoding/binary"
	"math/rand/v2"
	"unsafe"
)

const idLength = 32 // two hexadecimal digits a byte; as long as a trace-id, so that the id can serve as one

// run is a run of ids, each given out once and never again: one allocation for runLength requests. Who keeps an id keeps its run in
// memory. It is for one request at a time.
type run struct {
	fresh *[runLength]fresh
	used  int
}

// runLength makes a run fill the allocator's class of 1024 bytes.
const runLength = 21

// fresh is an id and the header value that points to it.
type fresh struct {
	value [1]string
	text  [idLength]byte
}

// generate returns the next one of a run that it owns.
func (r *run) generate() []string {
	if r.used == 0 {
		r.fresh = new([runLength]fresh)
	}
	f := &r.fresh[r.used]
	r.used = (r.used + 1) % runLength
	// The process's own ChaCha8 streams, seeded by the system: an id tells nothing about the next one. See
	// https://go.dev/blog/chacha8rand.
	hexadecimal(f.text[:16], rand.Uint64())
	hexadecimal(f.text[16:], rand.Uint64())
	// unsafe.String's rule: text must not change while the string lives. Nothing writes it after the line above.
	f.value[0] = unsafe.String(&f.text[0], idLength)
	return f.value[:]
}

// hexadecimal writes v as sixteen digits, eight at a time: each byte of a word holds four bits first, and then the digit for them.
func hexadecimal(dst []byte, v uint64) {
	binary.BigEndian.PutUint64(dst, digits(v>>32))
	binary.BigEndian.PutUint64(dst[8:], digits(v&0xffffffff))
}

func digits(v uint64) uint64 {
	const ones = 0x0101010101010101
	v = (v | v<<16) & 0x0000ffff0000ffff
	v = (v | v<<8) & 0x00ff00ff00ff00ff
	v = (v | v<<4) & 0x0f0f0f0f0f0f0f0f
	letters := (v + ones*6) >> 4 & ones // 1 in each byte from ten on
	return v + ones*'0' + letters*('a'-'0'-10)
}
