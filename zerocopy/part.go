package zerocopy

import (
	"fmt"
	"math"
	"os"
	"syscall"
	"unsafe"
)

// A Part is immutable and safe for concurrent use. It is one piece of a [Body]:
// what [Bytes], [String] and [File] return, a *Mapping or another *Body.
type Part interface {
	// addTo is unexported so that a segment is always one of the kinds the
	// senders know; a Part of another kind could not be sent without a copy.
	addTo(b *Body)
}

// A segment is memory (file is nil), a section of a file (mem is nil) or a
// section of a Mapping, which is both.
type segment struct {
	mem     []byte
	mapping *Mapping // mem is in it
	file    *os.File
	raw     syscall.RawConn // of file; kept because SyscallConn allocates
	off     int64
	n       int64
	stamp   *stamp // if set, file must still bear it before its last slice is sent
}

func (s segment) addTo(b *Body) {
	if s.n == 0 {
		return
	}
	if b.n > math.MaxInt64-s.n {
		panic("zerocopy: Body longer than 2^63-1 bytes: split it")
	}
	b.n += s.n
	b.segs = append(b.segs, s)
	b.ends = append(b.ends, b.n)
	b.files = b.files || s.file != nil
}

// Bytes is a Part of the bytes of p, which are not copied unless they are short
// (see [NewBody]): the Body borrows p for as long as the Body is in use, and
// nobody may write to it in that time.
func Bytes(p []byte) Part { return segment{mem: p, n: int64(len(p))} }

// String is a Part of the bytes of s, which are copied no more than those of [Bytes].
func String(s string) Part {
	// unsafe.StringData: the bytes of a string must not be modified. They only
	// go to the kernel and to io.Writers, whose contract forbids it too.
	return segment{mem: unsafe.Slice(unsafe.StringData(s), len(s)), n: int64(len(s))}
}

// File is a Part of the n bytes of f from offset off. f stays the caller's:
// keep it open as long as the Body is in use, and do not close it before. The
// file offset of f is neither used nor moved, so many requests can send from
// one f at once. Replace a file by rename: in one that is rewritten in place a
// client can see a mixture, and one that is truncated gives [ErrShortFile].
func File(f *os.File, off, n int64) Part {
	if f == nil {
		panic("zerocopy: File of a nil *os.File: open the file first")
	}
	if off < 0 || n < 0 || off > math.MaxInt64-n {
		panic(fmt.Sprintf("zerocopy: File section at %d of %d bytes: neither may be negative nor their sum overflow", off, n))
	}
	// A closed f has no RawConn; the error then shows when it is sent.
	raw, _ := f.SyscallConn()
	return segment{file: f, raw: raw, off: off, n: n}
}

// readAt fills p from offset at of the segment; p must lie within it.
func (s *segment) readAt(p []byte, at int64) (int, error) {
	if s.file == nil {
		return copy(p, s.mem[at:]), nil
	}
	// So for a Mapping too: one that is closed gives an error here.
	n, err := s.file.ReadAt(p, s.off+at)
	return n, fileErr(n, len(p), err)
}
