package pool

import (
	"fmt"
	"io"
)

// Write appends p. It always returns len(p) and nil.
func (b Buffer) Write(p []byte) (int, error) {
	add(b.block(), p)
	return len(p), nil
}

// WriteString appends s. It always returns len(s) and nil.
func (b Buffer) WriteString(s string) (int, error) {
	add(b.block(), s)
	return len(s), nil
}

// WriteByte appends c. It always returns nil.
func (b Buffer) WriteByte(c byte) error {
	k := b.block()
	k.grow(1)
	k.b = append(k.b, c)
	return nil
}

// minRead is the least room a Read is given, as in package bytes.
const minRead = 512

// maxEmptyReads is how many Reads without a byte and an error follow each other
// before there are no more, as in package bufio.
const maxEmptyReads = 100

// ReadFrom appends what r gives until io.EOF, which it does not report, or an
// error, which it does: io.ErrNoProgress if r gives nothing a hundred times.
func (b Buffer) ReadFrom(r io.Reader) (n int64, err error) {
	if r == nil {
		panic("pool: Buffer.ReadFrom(nil); give it a reader")
	}
	for empty := 0; empty < maxEmptyReads; empty++ {
		k := b.block()
		k.grow(minRead)
		old := k.b
		room := old[len(old):cap(old)]
		m, err := r.Read(room)
		if m < 0 || m > len(room) {
			panic(fmt.Sprintf("pool: Buffer.ReadFrom: a Read into %d bytes returned %d; repair %T", len(room), m, r))
		}
		b.mustStillHold(old, "ReadFrom's reader")
		k.b = old[:len(old)+m]
		n += int64(m)
		switch {
		case err == io.EOF:
			return n, nil
		case err != nil:
			return n, err
		case m > 0:
			empty = -1
		}
	}
	return n, io.ErrNoProgress
}

// WriteTo writes the content to w and drops what w took, so that after success
// the buffer is empty.
func (b Buffer) WriteTo(w io.Writer) (int64, error) {
	if w == nil {
		panic("pool: Buffer.WriteTo(nil); give it a writer")
	}
	k := b.block()
	old := k.b
	if len(old) == 0 {
		return 0, nil
	}
	n, err := w.Write(old)
	if n < 0 || n > len(old) {
		panic(fmt.Sprintf("pool: Buffer.WriteTo: a Write of %d bytes returned %d; repair %T", len(old), n, w))
	}
	b.mustStillHold(old, "WriteTo's writer")
	k.b = old[:copy(old, old[n:])]
	if n < len(old) && err == nil {
		err = io.ErrShortWrite
	}
	return int64(n), err
}
