//go:build linux && !portable

// Linux has MSG_MORE and a sendfile that takes an offset: the fast path.

package zerocopy

import (
	"errors"
	"sync"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	// maxIovecs is IOV_MAX, see sendmsg(2).
	maxIovecs = 1024
	// grantSize is what has to go out within one write deadline, see pace. Memory
	// is not cut for it: the kernel takes as much as the socket's buffer holds.
	grantSize = 2 << 20
	// quickMax is how many bytes are moved by a call that the scheduler is not told
	// of: it takes no longer than a goroutine may run in any case, never waits
	// (MSG_DONTWAIT), and costs a tenth less, at 1 KiB, than the Read or Write of
	// package net.
	quickMax = 16 << 10
)

// A sender has the state of one send. It is one goroutine's from getSender to
// put; it is pooled because what the kernel is given must lie on the heap.
type sender struct {
	c    *core
	bufs [][]byte

	scratch *[copySize]byte // of copyBufs; has the short file sections
	fill    int

	iov  []unix.Iovec // all of a gathering write
	size int          // its bytes
	rest []unix.Iovec // what is left of it
	hdr  unix.Msghdr
	more int // MSG_MORE or 0

	file  syscall.RawConn
	check *stamp // what file must bear before any of this slice is sent
	last  bool   // nothing of the range comes after this slice
	stx   unix.Statx_t
	empty [1]byte // a path for statx
	sock  uintptr
	off   int64
	want  int

	moved  int64  // by the last call
	paid   int64  // of moved, the write deadline has been moved on for it
	err    error  // of the last call
	call   string // the one err is of
	long   bool   // there is enough left to cork the socket for it
	corked bool   // the socket is: it keeps back what does not fill a packet

	// Bound once: a method value made for each call would be an allocation.
	gatherFn, sendfileFn func(fd uintptr) bool
	sectionFn            func(fd uintptr)
}

var senders = sync.Pool{New: func() any {
	s := &sender{}
	s.gatherFn, s.sendfileFn, s.sectionFn = s.gather, s.sendfile, s.section
	return s
}}

func getSender(c *core) *sender {
	s := senders.Get().(*sender)
	s.c = c
	return s
}

// put lets go of everything that belongs to others.
func (s *sender) put() {
	clear(s.bufs)
	clear(s.iov)
	s.bufs, s.iov, s.rest = s.bufs[:0], s.iov[:0], nil
	s.c, s.file, s.check, s.err, s.long, s.corked = nil, nil, nil, nil, false, false
	s.hdr = unix.Msghdr{}
	senders.Put(s)
}

// send writes head and the range of b. It counts the bytes of b only.
func (s *sender) send(head []byte, b *Body, off, n int64) (sent int64, err error) {
	publish()
	sent, err = s.sendRange(head, b, off, n)
	s.dropScratch()
	// After an error the kernel may be keeping bytes that were sent with MSG_MORE.
	// Nothing comes to take them along, and the peer would wait 200 ms.
	if s.corked || err != nil {
		s.c.uncork()
	}
	return sent, err
}

func (s *sender) sendRange(head []byte, b *Body, off, n int64) (sent int64, err error) {
	cur := b.cursor(off, n)
	cur.mapMin = mapMin
	for len(head) > 0 || cur.left > 0 {
		s.moved, s.paid, s.err, s.rest, s.more = 0, 0, nil, nil, 0
		if len(head) > 0 || !inSection(&cur) {
			err = s.fetch(head, &cur)
		}
		switch {
		case err != nil: // none of what was to be fetched has been sent
		case inSection(&cur):
			err = s.sendSection(&cur)
		default:
			err = s.finish(s.c.raw.Write(s.gatherFn))
		}
		sent += max(0, s.moved-int64(len(head)))
		head = nil
		if err != nil {
			return sent, err
		}
		s.c.pace.progress(s.c.nc.SetWriteDeadline)
	}
	return sent, nil
}

// inSection reports whether a section of a file comes next that is not read to
// be sent as memory.
func inSection(cur *cursor) bool { return cur.inFile() && cur.run() > readMax }

// fetch makes rest of head and of the memory that comes next.
func (s *sender) fetch(head []byte, cur *cursor) error {
	s.bufs = s.bufs[:0]
	if len(head) > 0 {
		s.bufs = append(s.bufs, head)
	}
	if err := s.collect(cur); err != nil {
		return err
	}
	s.iov, s.size = s.iov[:0], 0
	for _, p := range s.bufs {
		s.size += len(p)
		s.iov = append(s.iov, unix.Iovec{Base: unsafe.SliceData(p)})
		s.iov[len(s.iov)-1].SetLen(len(p))
	}
	s.rest = s.iov
	if cur.left > 0 {
		s.more = unix.MSG_MORE
	}
	return nil
}

// gather runs inside RawConn.Write, which holds the write lock until all is
// out: like one Write, it cannot be interleaved with others.
func (s *sender) gather(fd uintptr) bool {
	s.call = "sendmsg"
	for len(s.rest) > 0 {
		n, errno := s.transmit(fd)
		note(&s.c.counts.gathers, &s.c.counts.gatherBytes, int64(int(n)))
		switch errno {
		case 0:
			s.advance(int(n))
		case unix.EINTR:
		case unix.EAGAIN:
			if s.moved-s.paid >= grantSize {
				s.paid = s.moved
				s.c.pace.progress(s.c.nc.SetWriteDeadline)
			}
			return false
		default:
			s.err = memoryErr(errno)
			return true
		}
	}
	return true
}

// transmit makes the call for all that is left to do.
func (s *sender) transmit(fd uintptr) (n uintptr, errno syscall.Errno) {
	flags := uintptr(unix.MSG_DONTWAIT | unix.MSG_NOSIGNAL | s.more)
	// unsafe.Pointer rule 4: the conversion stands in the call itself. hdr and
	// the iovecs are on the heap and typed, so what they point to lives.
	first := &s.rest[0]
	if len(s.rest) == 1 { // less for the kernel to fetch and check
		if s.size <= quickMax {
			n, _, errno = unix.RawSyscall6(unix.SYS_SENDTO, fd, uintptr(unsafe.Pointer(first.Base)), uintptr(first.Len), flags, 0, 0)
		} else {
			n, _, errno = unix.Syscall6(unix.SYS_SENDTO, fd, uintptr(unsafe.Pointer(first.Base)), uintptr(first.Len), flags, 0, 0)
		}
		return n, errno
	}
	s.hdr.Iov = first
	s.hdr.SetIovlen(len(s.rest))
	if s.size <= quickMax {
		n, _, errno = unix.RawSyscall(unix.SYS_SENDMSG, fd, uintptr(unsafe.Pointer(&s.hdr)), flags)
	} else {
		n, _, errno = unix.Syscall(unix.SYS_SENDMSG, fd, uintptr(unsafe.Pointer(&s.hdr)), flags)
	}
	return n, errno
}

// advance drops the n bytes that a partial write has taken.
func (s *sender) advance(n int) {
	s.moved += int64(n)
	for n > 0 {
		first := &s.rest[0]
		if uint64(n) < uint64(first.Len) {
			// unsafe.Pointer rule 3: stays within the slice Base came from.
			first.Base = (*byte)(unsafe.Add(unsafe.Pointer(first.Base), n))
			first.SetLen(int(first.Len) - n)
			return
		}
		n -= int(first.Len)
		s.rest = s.rest[1:]
	}
}

// finish makes the error of a call: err is RawConn's (closed, deadline).
func (s *sender) finish(err error) error {
	if err != nil || s.err == nil {
		return err
	}
	errno, ok := errors.AsType[syscall.Errno](s.err)
	if !ok || isFileFailure(s.err) {
		return s.err
	}
	return opError("write", s.call, s.c.nc, errno)
}

// memoryErr knows the failure of a Mapping that was closed, or of the mapping of
// a file that was truncated.
func memoryErr(err error) error {
	if errors.Is(err, unix.EFAULT) {
		return &fileError{unix.EFAULT}
	}
	return err
}
