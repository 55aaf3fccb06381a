package accesslog

import (
	"bytes"
	"errors"
	"io"
	"slices"
)

// maxBatch is how many bytes are written at once, unless a line is longer.
const maxBatch = 64 << 10

// batch is what run writes at once. It is owned by run.
type batch struct {
	w       io.Writer
	file    *File // w, if it is one
	mark    mark
	suspect uint64 // what lies before it was left by another process, and maybe damaged by a power cut
	torn    bool   // the last write ended inside a line

	bank      bank
	broken    []bank // to be closed
	from, end uint64 // positions
	text      []byte // a copy: a mapping can be taken away under a Write
	lines     uint64 // between from and end
	sound     uint64 // of those, in text
	written   uint64 // of those, whole
}

func newBatch(o Options, first bank) *batch {
	b := &batch{w: o.Writer, bank: first}
	b.file, _ = o.Writer.(*File)
	if o.Ring != nil {
		b.bank, b.suspect, b.mark = o.Ring.bank, o.Ring.head, o.Ring.mark
	}
	return b
}

func (b *batch) close() {
	for _, bank := range append(b.broken, b.bank) {
		_ = bank.close() // all that was in it has been written or counted
	}
}

func (b *batch) begin(from bank, tail, head uint64) {
	if from != b.bank {
		b.broken, b.bank = append(b.broken, b.bank), from
	}
	b.from, b.end, b.text, b.lines, b.sound, b.written = tail, head, b.text[:0], 0, 0, 0
}

// load copies whole lines out of the bank, as many as are written at once. What is there without an end of line is damaged, and
// is passed over.
func (b *batch) load() error {
	all := b.end - b.from
	for n := min(all, maxBatch); ; n = min(all, 2*n) {
		b.text = slices.Grow(b.text[:0], int(n))[:n]
		if err := b.bank.get(b.from, b.text); err != nil {
			b.text, b.end = nil, b.from
			return err
		}
		whole := bytes.LastIndexByte(b.text, '\n') + 1
		b.text = b.text[:whole]
		if whole > 0 {
			b.end = b.from + uint64(whole)
		}
		if whole > 0 || n == all {
			break
		}
	}
	b.lines = count(b.text)
	b.sound = b.lines
	if _, memory := b.bank.(*heap); memory {
		return nil
	}
	if b.from < b.suspect || bytes.IndexByte(b.text, 0) >= 0 { // zeros: somebody truncated the ring's file, and it grew again
		b.text = sound(b.text)
		b.sound = count(b.text)
	}
	return nil
}

var newline = []byte{'\n'}

// count returns how many lines text has.
func count(text []byte) uint64 { return uint64(bytes.Count(text, newline)) }

// sound leaves out, in place, lines with bytes that no line has.
func sound(text []byte) []byte {
	out := text[:0]
	for line := range bytes.Lines(text) {
		if bytes.IndexFunc(line[:len(line)-1], func(c rune) bool { return c < ' ' }) < 0 {
			out = append(out, line...)
		}
	}
	return out
}

// write hands the text over and sets the mark behind it, whatever became of it.
func (b *batch) write() error {
	if b.file == nil {
		err := b.send(b.w.Write)
		b.note(b.end, place{})
		return err
	}
	at, err := b.file.begin(len(b.text))
	if err == nil {
		if at != b.mark.place {
			b.note(b.from, at)
			_ = b.bank.mark(b.mark) // a bank that fails fails again after the write
		}
		err = b.send(b.file.write)
	}
	at, rotation := b.file.end()
	b.note(b.end, at)
	return errors.Join(err, rotation)
}

func (b *batch) note(tail uint64, at place) { b.mark = mark{b.mark.seq + 1, tail, at} }

// send counts lines that arrived whole. After a torn line the next batch starts with a newline, so that the damage is one
// unreadable line and not two.
func (b *batch) send(write func([]byte) (int, error)) error {
	if b.torn {
		if _, err := write(newline); err != nil {
			return err
		}
		b.torn = false
	}
	n, err := write(b.text)
	if n < len(b.text) && err == nil {
		err = io.ErrShortWrite
	}
	n = min(max(n, 0), len(b.text))
	b.torn = n > 0 && b.text[n-1] != '\n'
	if b.written = b.sound; n < len(b.text) {
		b.written = count(b.text[:n])
	}
	return err
}
