package zerocopy

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
)

// A Body is immutable and safe for concurrent use: make it once and send it to
// many requests at the same time. It is an ordered list of segments of known
// total length. It owns nothing: memory and files stay their giver's. The zero
// Body is empty.
type Body struct {
	segs  []segment
	ends  []int64 // ends[i] is where segs[i] stops, counted from the start
	n     int64
	files bool            // at least one segment is a section of a file
	ctype func() []string // found once; a file is read for it
	clen  []string        // n as Content-Length has it

	fields []field // see WithHeader
}

// A field is one of a response's header. Its values are never changed.
type field struct {
	key    string
	values []string
}

// joinMax is up to where copying a part costs less than one more address for
// the kernel to look at; joinedMax bounds what is copied together.
const (
	joinMax   = 2 << 10
	joinedMax = 64 << 10
)

// NewBody returns the Body made of parts in their order. The parts of another
// Body are taken over, so nesting costs nothing when the Body is sent. Parts of
// memory of up to 2 KiB that stand side by side are copied together here, once
// instead of each time the Body is sent.
func NewBody(parts ...Part) *Body {
	b := &Body{}
	for _, p := range parts {
		p.addTo(b)
	}
	b.join()
	return b.finish()
}

// join copies short neighbours together, in place: what it has written never
// overtakes what it has still to read.
func (b *Body) join() {
	segs, ends, end := b.segs[:0], b.ends[:0], int64(0)
	for i := 0; i < len(b.segs); i++ {
		s := b.segs[i]
		if n, size := b.short(i); n > 1 {
			p := make([]byte, 0, size)
			for _, t := range b.segs[i : i+n] {
				p = append(p, t.mem...)
			}
			s, i = memory(p), i+n-1
		}
		end += s.n
		segs, ends = append(segs, s), append(ends, end)
	}
	clear(b.segs[len(segs):])
	b.segs, b.ends = segs, ends
}

// short is how many segments from i on are to be joined. The memory of a Mapping
// is not touched: it may be gone.
func (b *Body) short(i int) (n int, size int64) {
	for _, s := range b.segs[i:] {
		if s.file != nil || s.n > joinMax || size+s.n > joinedMax {
			break
		}
		n, size = n+1, size+s.n
	}
	return n, size
}

// piece returns the range of b where it lies if it is short and all one memory.
func (b *Body) piece(off, n int64) []byte {
	if len(b.segs) != 1 || b.segs[0].file != nil || n == 0 || n > pieceMax {
		return nil
	}
	return b.segs[0].mem[off : off+n]
}

// pieceMax bounds what is sent by a plain write, which does not measure progress.
const pieceMax = 16 << 10

func (b *Body) addTo(to *Body) {
	for _, s := range b.segs {
		s.addTo(to)
	}
}

// Section returns the n bytes of b from offset off as a Body of their own, and
// panics if b has no such bytes. Nothing is copied.
func (b *Body) Section(off, n int64) *Body {
	if off < 0 || n < 0 || off > b.n-n {
		panic(fmt.Sprintf("zerocopy: Section of %d bytes at %d in a Body of %d: look at Len first", n, off, b.n))
	}
	to := &Body{}
	for c := b.cursor(off, n); c.left > 0; {
		s, at, n := c.next(c.left)
		part := *s
		part.off, part.n = part.off+at, n
		if part.mem != nil {
			part.mem = part.mem[at : at+n]
		}
		part.addTo(to)
	}
	return to.finish()
}

// WithHeader returns the same bytes with a header made beforehand, which [Send]
// and [Reply] put into every response without allocating: Content-Type, ETag,
// Cache-Control, or the Content-Encoding of a page that was compressed once. A
// field that the handler has set stays as it is. Content-Length is b's own. As a
// part of another Body it gives its bytes only.
func (b *Body) WithHeader(h http.Header) *Body {
	to := *b
	to.fields = nil
	for k, v := range h {
		if k = http.CanonicalHeaderKey(k); k != "Content-Length" {
			to.fields = append(to.fields, field{k, slices.Clone(v)})
		}
	}
	return &to
}

// finish fills in what is known once all segments are there.
func (b *Body) finish() *Body {
	b.segs, b.ends = slices.Clip(b.segs), slices.Clip(b.ends)
	b.clen = []string{strconv.FormatInt(b.n, 10)}
	b.ctype = sync.OnceValue(func() []string { return []string{b.sniff()} })
	return b
}

// A single is a Body of one segment for the time of one call.
type single struct {
	Body
	seg [1]segment
	end [1]int64
}

var singles = sync.Pool{New: func() any { return &single{} }}

func newSingle(s segment) *single {
	o := singles.Get().(*single)
	o.seg[0], o.end[0] = s, s.n
	o.segs, o.ends, o.n = o.seg[:], o.end[:], s.n
	return o
}

func (o *single) put() {
	o.seg[0] = segment{}
	singles.Put(o)
}

// Len returns the length in bytes.
func (b *Body) Len() int64 { return b.n }

// NewReader returns a reader from the start. Each request needs its own.
func (b *Body) NewReader() *Reader { return &Reader{b: b} }

// ReadAt implements [io.ReaderAt]. A truncated file gives [ErrShortFile].
func (b *Body) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, errNegative
	}
	return b.readAt(p, off, b.n)
}

// readAt is ReadAt for who reads up to end.
func (b *Body) readAt(p []byte, off, end int64) (got int, err error) {
	for c := b.cursor(off, int64(len(p))); c.left > 0; {
		s, at, n := c.next(c.left)
		m, err := s.readAt(p[got:got+int(n)], at, c.at == 0 || c.pos() == end)
		got += m
		if err != nil {
			return got, err
		}
	}
	if got < len(p) {
		return got, io.EOF
	}
	return got, nil
}

// WriteTo implements [io.WriterTo]: it writes the bytes by the shortest way w
// allows, and touches no HTTP header. See [Send] for responses.
func (b *Body) WriteTo(w io.Writer) (int64, error) { return b.writeRange(w, 0, b.n) }

func (b *Body) writeRange(w io.Writer, off, n int64) (int64, error) {
	switch w := w.(type) {
	case carrier:
		return w.carry(b, off, n)
	case *net.TCPConn, *net.UnixConn:
		// The conn is not ours, so nothing is held and nobody counts.
		return newCore(w.(rawConn), &counters{}).carry(b, off, n)
	case io.ReaderFrom:
		sent, err := w.ReadFrom(&source{Reader{b: b, pos: off, end: b.n - off - n}})
		if err == nil && sent < n {
			err = io.ErrShortWrite
		}
		return sent, err
	}
	return b.copyRange(w, off, n)
}

// sniff reports what net/http would have found from the first 512 bytes.
func (b *Body) sniff() string {
	var head [512]byte
	n, _ := b.ReadAt(head[:], 0)
	return http.DetectContentType(head[:n])
}
