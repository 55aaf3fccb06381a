package pool

// A SlicePool is safe for concurrent use. It shows a [Bytes] as a pool of
// *[]byte, which is the shape of grpc-go's mem.BufferPool. The zero value is
// ready to use. It must not be copied after first use.
type SlicePool struct {
	// Bytes is where the slices come from, to be shared with others.
	// Zero means a Bytes of its own.
	Bytes *Bytes

	own     Bytes
	headers Unchecked[[]byte]
}

// Get returns a pointer to a slice of n bytes, both owned by the caller until
// Put.
func (p *SlicePool) Get(n int) *[]byte {
	h := p.headers.Get()
	*h = p.bytes().Get(n)
	return h
}

// Put gives the slice and its pointer back. Until the pointer has its next
// owner a second Put of it does nothing but count as refused, and so does a Put
// of nil.
func (p *SlicePool) Put(h *[]byte) {
	var b []byte
	if h != nil {
		b, *h = *h, nil
	}
	p.bytes().Put(b)
	if b != nil {
		p.headers.Put(h)
	}
}

func (p *SlicePool) bytes() *Bytes {
	if p.Bytes != nil {
		return p.Bytes
	}
	return &p.own
}
