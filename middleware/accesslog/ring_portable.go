//go:build !linux || portable

package accesslog

import (
	"encoding/binary"
	"os"
)

// pages is a ring's file, written with two system calls a line. What was written belongs to the system, whatever becomes of the
// process.
type pages struct {
	file *os.File // holds the lock
	size uint64
	head [8]byte // what put writes, so that it allocates nothing
}

func openBank(f *os.File, size int) (bank, error) {
	return &pages{file: f, size: uint64(size)}, nil
}

// allocate makes the file n bytes long, every one with room on the disk.
func allocate(f *os.File, n int64) error { return fill(f, n) }

func (p *pages) put(at uint64, text []byte) error {
	if err := p.split(at, text, p.file.WriteAt); err != nil {
		return err
	}
	binary.NativeEndian.PutUint64(p.head[:], at+uint64(len(text)))
	_, err := p.file.WriteAt(p.head[:], atHead)
	return err
}

func (p *pages) get(at uint64, into []byte) error { return p.split(at, into, p.file.ReadAt) }

func (p *pages) mark(k mark) error {
	at := int64(atMarks + k.seq%2*markSize)
	if err := writeWords(p.file, at+8, k.tail, k.place.device, k.place.inode, k.place.size); err != nil {
		return err
	}
	return writeWords(p.file, at, k.seq)
}

func (p *pages) close() error { return p.file.Close() }

// split calls f for b, in two pieces if it goes over the ring's end.
func (p *pages) split(at uint64, b []byte, f func([]byte, int64) (int, error)) error {
	i := at % p.size
	n := min(uint64(len(b)), p.size-i)
	if _, err := f(b[:n], int64(headerSize+i)); err != nil || n == uint64(len(b)) {
		return err
	}
	_, err := f(b[n:], headerSize)
	return err
}
