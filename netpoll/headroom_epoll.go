//go:build linux && !portable

package netpoll

import (
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// headroom keeps the kernel's fd table ahead of the connections. The kernel doubles it when a number does not fit and, in
// a process of several threads, waits for an RCU grace period, some 10 ms, in which every accept and dup of the process
// waits too: each in a thread of its own, which Go never gives back. A number asked for ahead of need makes only the one
// who asks wait. Safe for concurrent use.
type headroom struct {
	size atomic.Int64 // the table was grown to hold as many; only a hint, so nothing is ordered by it
}

const firstTable = 1024

// grow takes the number of connections. Half of the table is left to what else has an fd, a connection while it is
// parked or woken among it.
func (h *headroom) grow(conns int64, placeholder int) {
	size := h.size.Load()
	if conns < size/2 || !h.size.CompareAndSwap(size, max(2*size, firstTable)) {
		return
	}
	last := max(2*size, firstTable) - 1
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &limit) == nil && uint64(last) >= limit.Cur {
		last = int64(limit.Cur) - 1
	}
	if fd, err := unix.FcntlInt(uintptr(placeholder), unix.F_DUPFD_CLOEXEC, int(last)); err == nil {
		unix.Close(fd)
	}
}
