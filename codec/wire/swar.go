package wire

import (
	"encoding/binary"
	"unsafe"
)

// The scanners look at eight bytes at a time ("SIMD within a register"). Every
// mask below has the high bit of a byte set where that byte matches; borrows
// can set wrong bits only above the first match, and only the first is used.
const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// load64 returns the eight bytes of b at i. It is not checked that they are there:
// each caller has compared i+8 with the length.
func load64(b []byte, i int) uint64 {
	// Rule: the caller vouches for the eight bytes, and an array may begin anywhere.
	return binary.LittleEndian.Uint64((*[8]byte)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(b)), i))[:])
}

// load32 is load64 for four bytes.
func load32(b []byte, i int) uint32 {
	// Rule: as in load64.
	return binary.LittleEndian.Uint32((*[4]byte)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(b)), i))[:])
}

// store64 is load64 for writing.
func store64(b []byte, i int, w uint64) {
	// Rule: as in load64.
	binary.LittleEndian.PutUint64((*[8]byte)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(b)), i))[:], w)
}

// store32 is store64 for four bytes.
func store32(b []byte, i int, w uint32) {
	// Rule: as in load64.
	binary.LittleEndian.PutUint32((*[4]byte)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(b)), i))[:], w)
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
