//go:build linux && !portable

package netpoll

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// The calls below cannot wait, so the scheduler is not told of them (RawSyscall): each would else offer the processor to
// others, and to get it back took up to a tenth of the CPU of a small message. Nobody can interrupt them either, so they copy
// at most readBuffer, which takes some 10 µs.

// readNow is read(2) of a non-blocking descriptor; p is not empty.
func readNow(fd int, p []byte) (int, error) {
	n, _, e := unix.RawSyscall(unix.SYS_READ, uintptr(fd), uintptr(unsafe.Pointer(&p[0])), uintptr(len(p))) // p is alive: rule 4 of package unsafe
	return result(n, e)
}

// writeNow is write(2) of a non-blocking descriptor.
func writeNow(fd int, p []byte) (int, error) {
	if len(p) == 0 || len(p) > readBuffer {
		return unix.Write(fd, p)
	}
	n, _, e := unix.RawSyscall(unix.SYS_WRITE, uintptr(fd), uintptr(unsafe.Pointer(&p[0])), uintptr(len(p))) // the same
	return result(n, e)
}

// harvest does not wait: the runtime's poller does, on the epoll's own readability. That is edge-triggered: a caller has to
// ask until nothing is left, and wait within the same RawConn.Read, since the next one forgets an edge that came between.
// Where all events are one-shot, fewer than there is room for are all.
func harvest(epfd int, events []unix.EpollEvent) int {
	for {
		n, _, e := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(epfd), uintptr(unsafe.Pointer(&events[0])), uintptr(len(events)), 0, 0, 0) // the same
		if e != unix.EINTR {
			n, _ := result(n, e)
			return max(n, 0)
		}
	}
}

func result(n uintptr, e unix.Errno) (int, error) {
	if e != 0 {
		return -1, e
	}
	return int(n), nil
}
