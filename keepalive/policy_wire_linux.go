//go:build linux && !portable

package keepalive

import (
	"io"
	"net"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// onDescriptor runs f while the descriptor is valid; a closed connection runs nothing.
func onDescriptor(c *net.TCPConn, f func(fd int)) {
	if raw, err := c.SyscallConn(); err == nil {
		_ = raw.Control(func(fd uintptr) { f(int(fd)) })
	}
}

// readNow reads what is there, whatever the deadline. The socket is
// non-blocking, so it never waits.
func readNow(c *net.TCPConn, b []byte) (n int) {
	onDescriptor(c, func(fd int) { n, _ = unix.Read(fd, b) })
	return max(n, 0)
}

// acknowledged reports that the peer has all that was written: a reset would
// take nothing from it.
func acknowledged(c *net.TCPConn) bool {
	left := 1
	onDescriptor(c, func(fd int) {
		if n, err := unix.IoctlGetInt(fd, unix.SIOCOUTQ); err == nil {
			left = n
		}
	})
	return left == 0
}

// linger closes c but for a descriptor of its own, through which it goes on
// reading until the client has ended too or d is over. Closing with unread
// bytes would make the kernel send a reset and drop what it has not delivered
// (RFC 9112 §9.6, RFC 1122 §4.2.2.13). It declines when nothing is unread and
// nothing is expected.
//
// It is not for an idle close: bytes that come after that one must stay
// unacknowledged, which is how a client knows that nobody has seen its request.
//
// The descriptor is a duplicate, so that c itself is closed for everybody else:
// a Read that waits in another goroutine ends as after any Close.
func linger(c *net.TCPConn, d time.Duration, expected bool) bool {
	dup := -1
	onDescriptor(c, func(fd int) {
		if unread, err := unix.IoctlGetInt(fd, unix.SIOCINQ); err != nil || unread == 0 && !expected {
			return
		}
		var err error
		if dup, err = unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0); err == nil {
			_ = unix.Shutdown(dup, unix.SHUT_WR)
		}
	})
	if dup < 0 {
		return false
	}
	_ = c.Close()
	f := os.NewFile(uintptr(dup), "lingering connection") // non-blocking, as the original: it gets the poller
	go func() {
		_ = f.SetReadDeadline(time.Now().Add(d))
		_, _ = io.Copy(io.Discard, f)
		_ = f.Close()
	}()
	return true
}
