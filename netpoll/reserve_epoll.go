//go:build linux && !portable

package netpoll

import (
	"errors"
	"sync"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"
)

// spares is how many parks and wakes can be between their two fds at once when the process has no other left.
const spares = 8

// reserve holds fds that stand for nothing, to be given up for a park or a wake at the fd limit: both need a second fd
// for a moment and leave one free. Safe for concurrent use.
type reserve struct {
	held   atomic.Int32 // len(fds), so that fill costs nothing where nothing lacks; written under mu
	mu     sync.Mutex
	fds    []int
	closed bool
}

// use calls f again for each spare fd while f meets the limit.
func (r *reserve) use(f func() error) error {
	for {
		err := f()
		if !atLimit(err) || !r.give() {
			return err
		}
	}
}

func (r *reserve) give() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := len(r.fds) - 1
	if n < 0 {
		return false
	}
	unix.Close(r.fds[n])
	r.fds = r.fds[:n]
	r.held.Store(int32(n))
	return true
}

// fill takes back what was given up as far as the limit lets it. The placeholder has to be open until close.
func (r *reserve) fill(placeholder int) {
	if r.held.Load() == spares {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for !r.closed && len(r.fds) < spares {
		fd, err := unix.FcntlInt(uintptr(placeholder), unix.F_DUPFD_CLOEXEC, 0)
		if err != nil {
			break
		}
		r.fds = append(r.fds, fd)
	}
	r.held.Store(int32(len(r.fds)))
}

func (r *reserve) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	for _, fd := range r.fds {
		unix.Close(fd)
	}
	r.fds = nil
}

func atLimit(err error) bool { return errors.Is(err, unix.EMFILE) || errors.Is(err, unix.ENFILE) }

// writeOnce writes what the socket takes at once.
func writeOnce(raw syscall.RawConn, p []byte) (n int, err error) {
	werr := raw.Write(func(fd uintptr) bool {
		n, err = unix.Write(int(fd), p)
		return true
	})
	return max(n, 0), errors.Join(err, werr)
}
