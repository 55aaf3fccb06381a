package codec

import "encoding/binary"

// The scanners look at eight bytes at a time ("SIMD within a register"). Every
// mask below has the high bit of a byte set where that byte matches; borrows
// can set wrong bits only above the first match, and only the first is used.
const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

func load64(b []byte, i int) uint64 {
	return binary.LittleEndian.Uint64(b[i:])
}

// zeroByte marks bytes of w that are zero.
func zeroByte(w uint64) uint64 {
	return (w - ones) & ^w & highs
}

// endsString marks the bytes that end a plain run inside a JSON string being
// read: the quote, the backslash and control characters. Bytes of 0x80 and
// above are not marked.
func endsString(w uint64) uint64 {
	return zeroByte(w^(ones*'"')) | zeroByte(w^(ones*'\\')) | (w-ones*0x20)&^w&highs
}
