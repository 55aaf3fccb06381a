package zerocopy

import (
	"io"
	"os"
	"sync"
)

// copySize joins up to 16 parts of 2 KiB into one Write, and is the chunk in
// which files pass through memory where sendfile cannot be used.
const copySize = 32 << 10

// directSize is the length from which a segment of a long body is worth a
// Write of its own rather than a copy into the buffer.
const directSize = 16 << 10

// copyBufs holds buffers nobody refers to: an io.Writer must not keep p.
var copyBufs = sync.Pool{New: func() any { return new([copySize]byte) }}

// copyRange is the way that works with every io.Writer: small segments are
// joined, large ones handed over as they are, files read into a buffer.
func (b *Body) copyRange(w io.Writer, off, n int64) (int64, error) {
	if p := b.piece(off, n); p != nil { // nothing to be joined
		j := joiner{w: w}
		err := j.write(p)
		return j.sent, err
	}
	buf := copyBufs.Get().(*[copySize]byte)
	defer copyBufs.Put(buf)
	j := joiner{w: w, buf: buf[:0]}
	for c := b.cursor(off, n); c.left > 0; {
		room := int64(copySize - len(j.buf))
		if room == 0 {
			if err := j.flush(); err != nil {
				return j.sent, err
			}
			continue
		}
		if err := j.add(&c, room); err != nil {
			return j.sent, err
		}
	}
	return j.sent, j.flush()
}

// A joiner gathers small pieces in buf, which it borrows from copyRange.
type joiner struct {
	w    io.Writer
	buf  []byte
	sent int64
}

func (j *joiner) add(c *cursor, room int64) error {
	whole := c.b.segs[c.i].n - c.at
	direct := whole >= c.left || (whole >= directSize && c.left > copySize)
	if direct && !c.inFile() && len(j.buf) == 0 {
		s, at, n := c.next(c.left)
		if m := s.mapping; m != nil {
			if !m.hold() { // touching it would end the process
				return &fileError{os.ErrClosed}
			}
			defer m.release()
		}
		return j.write(s.mem[at : at+n])
	}
	s, at, n := c.next(room)
	end := len(j.buf)
	m, err := s.readAt(j.buf[end:end+int(n)], at)
	j.buf = j.buf[:end+m]
	// After an error the joined bytes are dropped: sent counts only what w took,
	// and a small file that cannot be read leaves the response untouched.
	return err
}

func (j *joiner) flush() error {
	if len(j.buf) == 0 {
		return nil
	}
	p := j.buf
	j.buf = j.buf[:0]
	return j.write(p)
}

func (j *joiner) write(p []byte) error {
	n, err := j.w.Write(p)
	j.sent += int64(n)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	return err
}
