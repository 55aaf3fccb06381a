package zerocopy

import (
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"unsafe"
)

// A Mapping is safe for concurrent use until Close. It is a copy of a file or of
// bytes that nobody can change, shrink or grow any more, this process included:
// what [Map] and [MapBytes] return.
//
// As a [Part] it is memory and file at once: sent in one call with the header
// while it is short, by sendfile from 1 MiB on. Its Bytes
// may also be written to a response by any framework: w.Write(m.Bytes()) reaches
// the conn of a [Listener] as the same slice and is treated alike, while a
// middleware that looks at the bytes on the way sees them.
//
// On Linux the copy is a sealed memfd; it costs one file descriptor and memory
// outside Go's heap. Elsewhere it is on the heap, and is never sealed.
type Mapping struct {
	mem  []byte
	file *os.File        // the memfd; nil where there is none
	raw  syscall.RawConn // of file

	mu     sync.Mutex // guards what follows
	users  int        // writes under way that touch mem
	closed bool
}

// Map copies the whole of f, whatever f's offset. f may be closed afterwards.
func Map(f *os.File) (*Mapping, error) {
	fi, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if fi.Size() > math.MaxInt-1<<10 { // what a buffer is grown by is added to it
		return nil, fmt.Errorf("zerocopy: map %s: %d bytes are more than this system can address", f.Name(), fi.Size())
	}
	// One byte more than there was: a file that grows meanwhile is found out.
	src := io.NewSectionReader(f, 0, fi.Size()+1)
	m, n, err := newMapping(src, fi.Size())
	if err == nil && n != fi.Size() {
		m.Close()
		return nil, fmt.Errorf("zerocopy: map %s: %w", f.Name(), ErrFileChanged)
	}
	return m, err
}

// MapBytes copies p.
func MapBytes(p []byte) (*Mapping, error) {
	m, _, err := newMapping(&source{Reader{b: NewBody(Bytes(p))}}, int64(len(p)))
	return m, err
}

// Len returns the length in bytes.
func (m *Mapping) Len() int64 { return int64(len(m.mem)) }

// Bytes returns the copy, which must not be written to: on Linux the processor
// refuses. It must not be used after Close, where touching it ends the process
// instead of reading what has come to lie there.
func (m *Mapping) Bytes() []byte { return m.mem }

// Close frees the memory and the file descriptor, at the end of the Write of a
// Body that is under way to a writer which is not a conn of ours. The range of
// addresses stays reserved and unreadable for ever, so that a slice kept too long
// cannot show another's bytes; bodies with m in them fail with an error.
func (m *Mapping) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return os.ErrClosed
	}
	m.closed = true
	mappings.remove(m)
	if m.users > 0 {
		return nil
	}
	return m.free()
}

// hold keeps the memory readable until release. It reports false after Close.
func (m *Mapping) hold() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return false
	}
	m.users++
	return true
}

func (m *Mapping) release() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.users--; m.users == 0 && m.closed {
		m.free()
	}
}

func (m *Mapping) addTo(b *Body) { m.section(0, m.Len()).addTo(b) }

func (m *Mapping) section(off, n int64) segment {
	return segment{mem: m.mem[off : off+n], mapping: m, file: m.file, raw: m.raw, off: off, n: n}
}

// mappings finds a Mapping by an address in it. Only those with a file are
// entered: without one there is nothing to be gained.
var mappings mappingTable

type mappingTable struct {
	mu sync.Mutex // for writers
	// list is sorted by address and never changed, only replaced: a reader needs
	// no lock, and what it finds stays true for as long as the slice it was given
	// may be used.
	list atomic.Pointer[[]*Mapping]
}

func (t *mappingTable) add(m *Mapping) {
	t.change(func(l []*Mapping) []*Mapping {
		i, _ := slices.BinarySearchFunc(l, m.start(), (*Mapping).order)
		return slices.Insert(l, i, m)
	})
}

func (t *mappingTable) remove(m *Mapping) {
	t.change(func(l []*Mapping) []*Mapping {
		return slices.DeleteFunc(l, func(x *Mapping) bool { return x == m })
	})
}

func (t *mappingTable) change(f func([]*Mapping) []*Mapping) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var l []*Mapping
	if old := t.list.Load(); old != nil {
		l = slices.Clone(*old)
	}
	l = f(l)
	t.list.Store(&l)
}

func (m *Mapping) start() uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(m.mem))) }

func (m *Mapping) order(at uintptr) int {
	switch start := m.start(); {
	case at < start:
		return 1
	case at >= start+uintptr(len(m.mem)):
		return -1
	}
	return 0
}

// mappingOf returns the Mapping that the whole of p lies in, and where, if p is
// long enough to be worth it. Addresses are compared as numbers only: mapped
// memory is not the garbage collector's and does not move.
func mappingOf(p []byte) (*Mapping, int64) {
	l := mappings.list.Load()
	if len(p) < mapMin || l == nil {
		return nil, 0
	}
	at := uintptr(unsafe.Pointer(unsafe.SliceData(p)))
	i, found := slices.BinarySearchFunc(*l, at, (*Mapping).order)
	if !found {
		return nil, 0
	}
	m := (*l)[i]
	off := int64(at - m.start())
	if off+int64(len(p)) > m.Len() {
		return nil, 0
	}
	return m, off
}
