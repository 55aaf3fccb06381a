package pool

import "fmt"

// A BufferPool is safe for concurrent use. It shows a [Bytes] as the BufferPool
// of net/http/httputil's ReverseProxy. The zero value is ready to use. It must
// not be copied after first use.
type BufferPool struct {
	// Bytes is where the slices come from, to be shared with others.
	// Zero means a Bytes of its own.
	Bytes *Bytes
	// Size is the length of each slice. Zero means 32 KiB, what ReverseProxy
	// would make.
	Size int

	own Bytes
}

// Get returns a slice of Size bytes, owned by the caller until Put.
func (p *BufferPool) Get() []byte {
	switch {
	case p.Size == 0:
		return p.bytes().Get(32 << 10)
	case p.Size < 0:
		panic(fmt.Sprintf("pool: BufferPool.Size is %d; leave it 0 for 32 KiB, or choose a positive one", p.Size))
	}
	return p.bytes().Get(p.Size)
}

// Put gives b back, as [Bytes.Put] does.
func (p *BufferPool) Put(b []byte) { p.bytes().Put(b) }

func (p *BufferPool) bytes() *Bytes {
	if p.Bytes != nil {
		return p.Bytes
	}
	return &p.own
}
