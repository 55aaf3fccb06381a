package wire

import (
	"bufio"
	"io"
	"sync"
)

// readers lends the buffer that a connection needs only while it waits for an
// answer. It is safe for concurrent use.
type readers struct{ pool sync.Pool }

func (r *readers) get(src io.Reader, size int) *bufio.Reader {
	if br, ok := r.pool.Get().(*bufio.Reader); ok {
		br.Reset(src)
		return br
	}
	if size <= 0 {
		size = 4 << 10
	}
	return bufio.NewReaderSize(src, size)
}

func (r *readers) put(br *bufio.Reader) {
	br.Reset(nil)
	r.pool.Put(br)
}

// requests lends the memory that a request is put together in.
var requests = sync.Pool{New: func() any { b := make([]byte, 0, 1<<10); return &b }}

// maxKept is the largest request memory that is kept for the next one.
const maxKept = maxInMemory + 4<<10
