package zerocopy

import (
	"errors"
	"io"
)

var (
	errNegative = errors.New("zerocopy: negative offset")
	errWhence   = errors.New("zerocopy: Seek with an unknown whence")
)

// A Reader is not safe for concurrent use: it belongs to one request. It reads a
// [Body] from a position of its own, and implements [io.ReadSeeker],
// [io.WriterTo] and [io.ReaderAt], so http.ServeContent takes it.
type Reader struct {
	b   *Body
	pos int64
	end int64 // bytes at the end of b that are hidden; 0 for a public Reader
}

// Len returns the number of bytes not read yet.
func (r *Reader) Len() int64 { return max(0, r.b.n-r.end-r.pos) }

// Read implements [io.Reader].
func (r *Reader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	left := r.Len()
	if left == 0 {
		return 0, io.EOF
	}
	n, err := r.b.readAt(p[:min(int64(len(p)), left)], r.pos, r.b.n-r.end)
	r.pos += int64(n)
	return n, err
}

// ReadAt implements [io.ReaderAt]; the position neither matters nor moves.
func (r *Reader) ReadAt(p []byte, off int64) (int, error) { return r.b.ReadAt(p, off) }

// Seek implements [io.Seeker].
func (r *Reader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		offset += r.pos
	case io.SeekEnd:
		offset += r.b.n
	default:
		return 0, errWhence
	}
	if offset < 0 {
		return 0, errNegative
	}
	r.pos = offset
	return offset, nil
}

// WriteTo implements [io.WriterTo]: the rest goes to w by the shortest way.
func (r *Reader) WriteTo(w io.Writer) (int64, error) {
	n, err := r.b.writeRange(w, r.pos, r.Len())
	r.pos += n
	return n, err
}
