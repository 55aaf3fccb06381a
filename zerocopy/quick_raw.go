//go:build linux && !portable && !race

package zerocopy

import (
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// quick has the state of the two calls a core makes by itself. Under the race
// detector it is empty, see publish.
type quick struct {
	in  quickCall  // guarded by reading.busy
	wmu sync.Mutex // held by a send to its end; guards out
	out quickCall
}

type quickCall struct {
	p     []byte // the caller's until the call ends
	n     int
	errno syscall.Errno
	fn    func(fd uintptr) bool // bound once, see sender
}

func (c *core) bindQuick() { c.quick.in.fn, c.quick.out.fn = c.recvfrom, c.sendto }

// receive is Read. The caller holds in.busy.
func (c *core) receive(p []byte) (int, error) {
	if len(p) == 0 || len(p) > quickMax {
		return c.nc.Read(p)
	}
	n, err := c.quick.in.settle(c.raw.Read, p)
	switch {
	case err == os.ErrDeadlineExceeded: // as most background reads of net/http end, so it is made once
		return n, c.timeout()
	case err != nil:
		return n, opError("read", "read", c.nc, err)
	case n == 0:
		return 0, io.EOF
	}
	return n, nil
}

// transmit is Write.
func (c *core) transmit(p []byte) (int, error) {
	if !c.direct || len(p) == 0 || len(p) > quickMax {
		return c.nc.Write(p)
	}
	c.quick.wmu.Lock()
	defer c.quick.wmu.Unlock()
	n, err := c.quick.out.settle(c.raw.Write, p)
	if err != nil {
		err = opError("write", "write", c.nc, err)
	}
	return n, err
}

// settle makes the call until it is done, the conn is closed or a deadline passes.
func (q *quickCall) settle(call func(func(uintptr) bool) error, p []byte) (int, error) {
	q.p, q.n, q.errno = p, 0, 0
	err := call(q.fn)
	q.p = nil
	if raw, ok := err.(*net.OpError); ok {
		err = raw.Err // the caller says which of its calls it was
	}
	if err == nil && q.errno != 0 {
		err = q.errno
	}
	return q.n, err
}

func (c *core) recvfrom(fd uintptr) bool {
	q := &c.quick.in
	for {
		// unsafe.Pointer rule 4; p is not empty.
		n, _, errno := unix.RawSyscall6(unix.SYS_RECVFROM, fd, uintptr(unsafe.Pointer(unsafe.SliceData(q.p))), uintptr(len(q.p)),
			unix.MSG_DONTWAIT, 0, 0)
		switch errno {
		case 0:
			q.n = int(n)
		case unix.EINTR:
			continue
		case unix.EAGAIN:
			return false
		default:
			q.errno = errno
		}
		return true
	}
}

func (c *core) sendto(fd uintptr) bool {
	q := &c.quick.out
	for len(q.p) > 0 {
		n, _, errno := unix.RawSyscall6(unix.SYS_SENDTO, fd, uintptr(unsafe.Pointer(unsafe.SliceData(q.p))), uintptr(len(q.p)),
			unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL, 0, 0)
		switch errno {
		case 0:
			q.n += int(n)
			q.p = q.p[n:]
		case unix.EINTR:
		case unix.EAGAIN:
			return false
		default:
			q.errno = errno
			return true
		}
	}
	return true
}
