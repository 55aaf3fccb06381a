//go:build linux && !portable

package zerocopy

import (
	"net"
	"runtime"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// pipeSize is what one splice moves at most. A pipe of this size holds 64
// buffers, which a socket fills with as many packets of a network card or with
// two of the loopback's.
const pipeSize = 256 << 10

// A pipe carries bytes from one socket to another in the kernel. It is one
// goroutine's, and owns its two descriptors.
type pipe struct {
	fds  pipeFDs
	held int // bytes in it; a fill is made only when there are none

	// Of the call that runs, and the functions bound once, as in a sender.
	want            int
	err             error
	fillFn, drainFn func(fd uintptr) bool
	counts          *counters

	forget runtime.Cleanup
}

type pipeFDs struct{ r, w int }

func (f pipeFDs) close() {
	unix.Close(f.r)
	unix.Close(f.w)
}

var pipes = sync.Pool{New: func() any {
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_CLOEXEC|unix.O_NONBLOCK); err != nil {
		return (*pipe)(nil)
	}
	// A refusal leaves the pipe smaller, which costs calls and nothing else.
	unix.FcntlInt(uintptr(fds[1]), unix.F_SETPIPE_SZ, pipeSize)
	p := &pipe{fds: pipeFDs{fds[0], fds[1]}}
	p.fillFn, p.drainFn = p.splice, p.unsplice
	// The pool drops what it holds at any collection.
	p.forget = runtime.AddCleanup(p, pipeFDs.close, p.fds)
	return p
}}

// getPipe returns nil if there are no descriptors.
func getPipe(counts *counters) *pipe {
	p := pipes.Get().(*pipe)
	if p != nil {
		p.counts = counts
	}
	return p
}

// put closes a pipe that bytes are stuck in: they must not reach another conn.
func (p *pipe) put() {
	p.counts, p.err = nil, nil
	if p.held == 0 {
		pipes.Put(p)
		return
	}
	p.forget.Stop()
	p.fds.close()
}

// errNoSplice: the socket cannot do it, and nothing has been taken from it.
var errNoSplice = unix.EINVAL

// fill waits for bytes of the socket and takes at most n; none and no error is
// its end.
func (p *pipe) fill(from syscall.RawConn, n int) (int, error) {
	p.want, p.err = min(n, pipeSize), nil
	if err := from.Read(p.fillFn); err != nil {
		return 0, err
	}
	return p.held, p.err
}

func (p *pipe) splice(fd uintptr) bool {
	for {
		n, err := unix.Splice(int(fd), nil, p.fds.w, nil, p.want, unix.SPLICE_F_MOVE|unix.SPLICE_F_NONBLOCK)
		switch {
		case err == unix.EINTR:
		case err == unix.EAGAIN:
			// The pipe is empty, so it is the socket that has to be waited for.
			return false
		default:
			p.held, p.err = max(0, int(n)), err
			return true
		}
	}
}

// drain sends all that is in the pipe.
func (p *pipe) drain(to syscall.RawConn) (n int, err error) {
	publish()
	had := p.held
	p.err = nil
	if err = to.Write(p.drainFn); err == nil {
		err = p.err
	}
	return had - p.held, err
}

func (p *pipe) unsplice(fd uintptr) bool {
	for p.held > 0 {
		n, err := unix.Splice(p.fds.r, nil, int(fd), nil, p.held, unix.SPLICE_F_MOVE|unix.SPLICE_F_NONBLOCK)
		note(&p.counts.splices, &p.counts.spliceBytes, int64(n))
		switch {
		case n > 0:
			p.held -= int(n)
		case err == unix.EINTR:
		case err == unix.EAGAIN:
			return false
		default:
			p.err = err
			return true
		}
	}
	return true
}

// bare reports whether nc is the socket itself: bytes of it that another conn
// has read ahead would be overtaken.
func bare(nc net.Conn) bool {
	switch c := nc.(type) {
	case *net.TCPConn:
		return true
	case *net.UnixConn:
		return c.LocalAddr().Network() == "unix"
	}
	return false
}
