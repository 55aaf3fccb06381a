package accesslog

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/hotpath-go/hotpath/middleware/internal/option"
)

// ErrRingInUse is what OpenRing wraps while another Ring, of this process or another, has the file.
var ErrRingInUse = errors.New("accesslog: ring is in use")

// ErrNoRing is what OpenRing returns for a file that is no ring, or was damaged.
var ErrNoRing = errors.New("accesslog: not a ring file, or a damaged one: move it away")

// A Ring is not safe for concurrent use: one goroutine opens it and gives it to one Log, which closes it. It is a file in which
// lines wait to be written, so that they survive the process.
//
// Choose a file system in memory, such as /run or /dev/shm: on a disk, a store into the file may wait for the disk when the
// system holds back those who write too much, and with it the request.
type Ring struct {
	file *os.File
	bank bank
	size uint64 // of what holds lines
	head uint64
	mark mark // of the process before
	gone bool // to a Log
}

// The file is a header and then size bytes, in the machine's byte order. All positions are as in bank.
//
//	0    magic
//	16   size
//	64   head
//	128  a mark, and another from 192 on: the one with the greater seq holds; one without has never been finished.
//	     Its tail may lie behind the head, at a multiple of size: nothing waits then, and the next line goes there
const (
	headerSize = 4096
	atSize     = 16
	atHead     = 64
	atMarks    = 128
	markSize   = 64
	markWords  = 5
	minRing    = 4096
)

var magic = []byte("hotpath ring 1\r\n")

// OpenRing opens or makes the file and takes it for this process. Lines that an earlier process left in it are written by the Log
// that gets the ring. The room for size bytes of lines is allocated at once, so that a full disk is found here and not later. Zero
// means 4 MiB; less than 4 KiB is 4 KiB, and a negative size is refused. A ring that holds lines keeps the size it has.
func OpenRing(path string, size int) (*Ring, error) {
	if err := option.Check("accesslog: the ring's size", size); err != nil {
		return nil, err
	}
	f, fresh, err := openLocked(path)
	if errors.Is(err, ErrRingInUse) {
		return nil, fmt.Errorf("%w: %s", err, path)
	}
	if err != nil {
		return nil, fmt.Errorf("accesslog: ring: %w", err)
	}
	r := &Ring{file: f, size: uint64(max(cmp.Or(size, 4<<20), minRing))}
	if err := r.open(); err != nil {
		_ = f.Close()
		if fresh {
			_ = os.Remove(path)
		}
		return nil, fmt.Errorf("accesslog: ring %s: %w", path, err)
	}
	return r, nil
}

func (r *Ring) open() error {
	wanted := r.size
	ok, err := r.read()
	if err != nil {
		return err
	}
	if !ok || r.head == r.mark.tail && r.size != wanted {
		r.size, r.head, r.mark = wanted, 0, mark{}
		if err := r.format(); err != nil {
			return err
		}
	} else if err := allocate(r.file, int64(headerSize+r.size)); err != nil { // a copy may have holes
		return err
	}
	r.bank, err = openBank(r.file, int(r.size))
	return err
}

// format makes an empty ring. The magic comes last: without it the file is as good as new.
func (r *Ring) format() error {
	if err := r.file.Truncate(0); err != nil {
		return err
	}
	if err := allocate(r.file, int64(headerSize+r.size)); err != nil {
		return err
	}
	if err := writeWords(r.file, atSize, r.size); err != nil {
		return err
	}
	_, err := r.file.WriteAt(magic, 0)
	return err
}

// read reads the header; ok is false for a file that was never a ring.
func (r *Ring) read() (ok bool, err error) {
	header := make([]byte, headerSize)
	n, err := r.file.ReadAt(header, 0)
	if err != nil && err != io.EOF {
		return false, err
	}
	if began := header[:len(magic)]; n < headerSize || !bytes.Equal(began, magic) {
		if len(bytes.Trim(began, "\x00")) > 0 {
			return false, ErrNoRing
		}
		return false, nil
	}
	word := func(at int) uint64 { return binary.NativeEndian.Uint64(header[at:]) }
	r.size, r.head = word(atSize), word(atHead)
	for at := atMarks; at <= atMarks+markSize; at += markSize {
		if m := (mark{word(at), word(at + 8), place{word(at + 16), word(at + 24), word(at + 32)}}); m.seq > r.mark.seq {
			r.mark = m
		}
	}
	info, err := r.file.Stat()
	if err != nil {
		return false, err
	}
	if r.size < minRing || uint64(info.Size()) != headerSize+r.size {
		return false, ErrNoRing
	}
	if tail := r.mark.tail; tail > r.head && tail-r.head < r.size && tail%r.size == 0 { // rewound, and no line has come since
		r.head = tail
	}
	if r.mark.tail > r.head || r.head-r.mark.tail > r.size || (r.head|r.mark.seq)>>63 != 0 { // what is counted up never gets that far
		return false, ErrNoRing
	}
	return true, nil
}

// give makes q use the ring from here on. What a file that q writes to has already is not written again.
func (r *Ring) give(q *queue) {
	if r.gone {
		panic("accesslog: Options.Ring belongs to another Log: open a ring for each")
	}
	r.gone = true
	q.bank, q.size, q.head, q.tail = r.bank, r.size, r.head, r.mark.tail
	waiting := make([]byte, r.head-r.mark.tail)
	if err := r.bank.get(q.tail, waiting); err != nil {
		q.lose(err)
		return
	}
	waiting = waiting[:bytes.LastIndexByte(waiting, '\n')+1] // a head always stands behind a whole line: the rest is damaged
	q.head = q.tail + uint64(len(waiting))
	if f, ok := q.options.Writer.(*File); ok {
		written, end := f.after(r.mark.place, waiting)
		q.tail, waiting = q.tail+uint64(written), waiting[written:]
		r.mark = mark{r.mark.seq + 1, q.tail, end}
		if err := r.bank.mark(r.mark); err != nil { // the room before q.tail is used again
			q.lose(err)
			return
		}
	}
	q.accepted = count(waiting)
	q.stats.Recovered = q.accepted
}

// Waiting returns how many bytes of lines an earlier process left, before a Log had the ring.
func (r *Ring) Waiting() int64 { return int64(r.head - r.mark.tail) }

// Close gives the file up. For a ring that a Log has it does nothing: that is the Log's to do.
func (r *Ring) Close() error {
	if r.gone {
		return nil
	}
	r.gone = true
	return r.bank.close()
}

// writeWords is for the header while nothing is mapped.
func writeWords(w io.WriterAt, at int64, words ...uint64) error {
	b := make([]byte, 0, 8*markWords)
	for _, v := range words {
		b = binary.NativeEndian.AppendUint64(b, v)
	}
	_, err := w.WriteAt(b, at)
	return err
}
