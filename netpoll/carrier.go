//go:build linux && !portable

package netpoll

import (
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// carrier is one *os.File through which every wake passes on its way to net.FileConn. A file of its own for each would
// enter and leave the runtime's poller and carry a finalizer; this one only changes what its number refers to
// (dup3). It is also the spare fd that lets a wake succeed at the fd limit. Not safe for concurrent use.
type carrier struct {
	file *os.File
	fd   int
}

// newCarrier needs a placeholder that is still in blocking mode: os.NewFile would put a non-blocking one
// into the runtime's poller.
func newCarrier(placeholder int) (carrier, error) {
	fd, err := unix.FcntlInt(uintptr(placeholder), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return carrier{}, os.NewSyscallError("fcntl", err)
	}
	return carrier{file: os.NewFile(uintptr(fd), "netpoll carrier"), fd: fd}, nil
}

// load moves the socket of fd into the carrier and closes fd.
func (c *carrier) load(fd int) error {
	err := dup3(fd, c.fd)
	unix.Close(fd)
	return err
}

// conn duplicates what is loaded, so its Close is the socket's only once unload has run.
func (c *carrier) conn() (net.Conn, error) { return net.FileConn(c.file) }

func (c *carrier) unload(placeholder int) { dup3(placeholder, c.fd) }

func (c *carrier) close() { c.file.Close() }

// dup3 fails with EBUSY while another thread is just opening that number, which cannot last.
func dup3(from, to int) error {
	for {
		err := unix.Dup3(from, to, unix.O_CLOEXEC)
		if err != unix.EBUSY && err != unix.EINTR {
			return err
		}
	}
}
