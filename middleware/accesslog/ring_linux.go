//go:build linux && !portable

package accesslog

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"syscall"
	"unsafe"
)

// mapped is a ring's file in memory, shared: what was stored belongs to the system, whatever becomes of the process.
type mapped struct {
	file *os.File // holds the lock
	mem  []byte
}

// openBank makes all pages present: a request's first store into one would wait for it.
func openBank(f *os.File, size int) (bank, error) {
	mem, err := syscall.Mmap(int(f.Fd()), 0, headerSize+size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED|syscall.MAP_POPULATE)
	if err != nil {
		return nil, fmt.Errorf("mmap: %w", err)
	}
	return &mapped{f, mem}, nil
}

// allocate makes the file n bytes long, every one with room on the disk: a store into a hole of a full disk would be a SIGBUS.
func allocate(f *os.File, n int64) error {
	for {
		err := syscall.Fallocate(int(f.Fd()), 0, 0, n)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, syscall.EINTR):
		case errors.Is(err, syscall.EOPNOTSUPP) || errors.Is(err, syscall.ENOSYS):
			return fill(f, n)
		default:
			return fmt.Errorf("fallocate: %w", err)
		}
	}
}

// word is a header's word. The mapping starts at a page, so it is aligned for atomic access on every machine; atomic, because
// what a killed process had stored must have got there in this order.
func (m *mapped) word(at int) *atomic.Uint64 { return (*atomic.Uint64)(unsafe.Pointer(&m.mem[at])) }

func (m *mapped) put(at uint64, text []byte) (err error) {
	defer survive(debug.SetPanicOnFault(true), &err)
	copyIn(m.mem[headerSize:], at, text)
	m.word(atHead).Store(at + uint64(len(text)))
	return nil
}

func (m *mapped) get(at uint64, into []byte) (err error) {
	defer survive(debug.SetPanicOnFault(true), &err)
	copyOut(into, m.mem[headerSize:], at)
	return nil
}

func (m *mapped) mark(k mark) (err error) {
	defer survive(debug.SetPanicOnFault(true), &err)
	at := atMarks + int(k.seq%2)*markSize
	for i, v := range [...]uint64{k.tail, k.place.device, k.place.inode, k.place.size} {
		m.word(at + 8 + 8*i).Store(v)
	}
	m.word(at).Store(k.seq)
	return nil
}

func (m *mapped) close() error {
	err := syscall.Munmap(m.mem)
	m.mem = nil
	return errors.Join(err, m.file.Close())
}

// survive turns a fault into an error: somebody truncated the file, or its disk failed.
func survive(before bool, err *error) {
	debug.SetPanicOnFault(before)
	switch v := recover().(type) {
	case nil:
	case interface {
		runtime.Error
		Addr() uintptr
	}:
		*err = fmt.Errorf("accesslog: ring: the file was truncated, or its disk failed: %w", v)
	default:
		panic(v)
	}
}
