package requestid

import (
	"encoding/binary"
	"math/rand/v2"
	"sync"
	"unsafe"
)

const idLength = 32 // two hexadecimal digits a byte; as long as a trace-id, so that the id can serve as one

// ids is a run of ids, each given out once and never again: one allocation for runLength requests. Who keeps an id keeps its run in
// memory.
type ids struct {
	used  int
	fresh [runLength]fresh
}

// runLength makes ids fill the allocator's class of 640 bytes, nearly.
const runLength = 13

// fresh is an id and the header value that points to it.
type fresh struct {
	value [1]string
	text  [idLength]byte
}

// runs passes a run on between calls; each is owned by one at a time.
var runs = sync.Pool{New: func() any { return new(ids) }}

func generate() []string {
	r := runs.Get().(*ids)
	f := &r.fresh[r.used]
	if r.used++; r.used < runLength {
		runs.Put(r)
	}
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
