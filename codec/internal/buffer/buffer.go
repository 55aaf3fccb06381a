// Package buffer keeps byte slices for values on their way out and in.
package buffer

import "sync"

// MaxKept is the largest buffer that goes back to the pool: one huge answer
// must not stay in memory for the sake of the small ones after it.
const MaxKept = 1 << 20

// Buffer is a pooled byte slice. It belongs to whoever called Get until Release;
// nothing handed to a caller may alias it after that. It is not safe for concurrent use.
type Buffer struct {
	Bytes []byte
}

var buffers = sync.Pool{New: func() any { return &Buffer{Bytes: make([]byte, 0, 1024)} }}

// Get returns an empty buffer.
func Get() *Buffer {
	return buffers.Get().(*Buffer)
}

// Grown makes room for what an Appender has made of b.Bytes. It does not keep out
// itself, which may be memory that the value brought along.
func (b *Buffer) Grown(out []byte) {
	if n := cap(out); n > cap(b.Bytes) && n <= MaxKept {
		b.Bytes = make([]byte, 0, n)
	}
}

// Release gives b back.
func (b *Buffer) Release() {
	if cap(b.Bytes) > MaxKept {
		return
	}
	b.Bytes = b.Bytes[:0]
	buffers.Put(b)
}
