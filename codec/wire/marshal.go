package wire

import (
	"slices"
	"strings"
	"sync"
	"unsafe"

	"github.com/hotpath-go/hotpath/codec/internal/buffer"
)

// marshalBuffer is what a Marshal writes into. A small result is copied out of
// it; a large one that fills it is given away with its memory, and only its size
// is kept, as the guess for the next.
type marshalBuffer struct {
	bytes []byte
	next  int
}

// largeResult is the size from which a copy costs more than the memory that
// giving the buffer away may waste: a third of the result at most.
const largeResult = 16 << 10

var marshalBuffers = sync.Pool{New: func() any { return &marshalBuffer{bytes: make([]byte, 0, 1024)} }}

// Marshal returns v's JSON in a slice that is owned by the caller and ends with
// its capacity.
func Marshal(v Appender) ([]byte, error) {
	b := marshalBuffers.Get().(*marshalBuffer)
	defer marshalBuffers.Put(b)
	if b.next > cap(b.bytes) {
		b.bytes = uncleared(b.next)
	}
	out, err := v.AppendJSON(b.bytes)
	if err != nil {
		return nil, err
	}
	n := len(out)
	if unsafe.SliceData(out) != unsafe.SliceData(b.bytes) {
		// It has grown, or is memory of v, which is not ours to keep.
		b.next = min(n+n/32, buffer.MaxKept)
	} else if n >= largeResult && n >= cap(out)/4*3 {
		b.bytes, b.next = nil, min(n+n/32, buffer.MaxKept)
		return out[:n:n], nil
	}
	return slices.Clone(out), nil
}

// uncleared returns an empty slice with room for n bytes whose contents are
// whatever the memory held: it must be written before it is shown to anyone.
func uncleared(n int) []byte {
	var b strings.Builder
	b.Grow(n)
	b.WriteByte(0)
	// Rule: b is dropped and its string never read, so that nobody else holds these bytes.
	return unsafe.Slice(unsafe.StringData(b.String()), b.Cap())[:0]
}
