package codec

import "sync"

// maxKept is the largest buffer that goes back to the pool: one huge answer
// must not stay in memory for the sake of the small ones after it.
const maxKept = 1 << 20

// buffer is a pooled byte slice. It belongs to whoever called getBuffer until
// release; nothing handed to a caller may alias it after that.
type buffer struct {
	bytes []byte
}

var buffers = sync.Pool{New: func() any { return &buffer{bytes: make([]byte, 0, 1024)} }}

func getBuffer() *buffer {
	return buffers.Get().(*buffer)
}

// grown makes room for what an Appender has made of b.bytes. It does not keep out
// itself, which may be memory that the value brought along.
func (b *buffer) grown(out []byte) {
	if n := cap(out); n > cap(b.bytes) && n <= maxKept {
		b.bytes = make([]byte, 0, n)
	}
}

func (b *buffer) release() {
	if cap(b.bytes) > maxKept {
		return
	}
	b.bytes = b.bytes[:0]
	buffers.Put(b)
}
