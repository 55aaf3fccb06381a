//go:build linux && !portable

package zerocopy

import (
	"io"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// corkMin is how much of a file must be left to be sent for the socket to be
// corked. sendfile moves 64 KiB at a time, which is not a whole number of packets:
// without a cork each acknowledgement that comes in between sends the piece that
// is left over as a packet of its own, half as many again in all.
const corkMin = 128 << 10

// corkFor corks the socket if package net will find a long file in src and use
// sendfile. What has to be waited for, such as a pipe, must not be: the socket
// would keep back for 200 ms what has come of it.
func (c *core) corkFor(src io.Reader) bool {
	in, n := below(src)
	// An *os.File, or what its WriteTo makes of it.
	f, ok := in.(interface {
		Fd() uintptr
		io.Seeker
		Stat() (os.FileInfo, error)
	})
	if !ok || n <= corkMin {
		return false
	}
	fi, err := f.Stat()
	if err != nil || !fi.Mode().IsRegular() || fi.Size() <= corkMin {
		return false
	}
	if pos, err := f.Seek(0, io.SeekCurrent); err != nil || fi.Size()-pos <= corkMin {
		return false
	}
	return c.raw.Control(func(fd uintptr) { setCork(fd, 1) }) == nil
}

// uncork pushes out what has been kept back, by TCP_CORK or by MSG_MORE alone.
func (c *core) uncork() { c.raw.Control(func(fd uintptr) { setCork(fd, 0) }) }

// setCork reports false for a Unix socket, which has no packets to fill. The
// scheduler is not told: nothing is waited for.
func setCork(fd uintptr, on int32) bool {
	// unsafe.Pointer rule 4.
	_, _, errno := unix.RawSyscall6(unix.SYS_SETSOCKOPT, fd, unix.IPPROTO_TCP, unix.TCP_CORK,
		uintptr(unsafe.Pointer(&on)), unsafe.Sizeof(on), 0)
	return errno == 0
}
