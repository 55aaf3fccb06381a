//go:build unix && (!linux || portable)

package netpoll

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

const seesHangUp = true

// targetFD takes a duplicate, which the runtime's poller can wait for.
func targetFD(fd int) (target, error) {
	dup, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return target{}, os.NewSyscallError("fcntl", err)
	}
	f := os.NewFile(uintptr(dup), "netpoll")
	raw, err := f.SyscallConn()
	if err == nil && f.SetReadDeadline(time.Time{}) != nil {
		err = ErrNotPollable
	}
	if err != nil {
		f.Close()
		return target{}, err
	}
	return target{raw: raw, conn: f, file: f}, nil
}

// prober looks without consuming. It looks first and waits then: the runtime's poller tells only what is new.
func prober(want Event) func(fd uintptr) Event {
	return func(fd uintptr) Event { return probe(int(fd)) & (want | HangUp) }
}

func probe(fd int) (ev Event) {
	const failed = unix.POLLHUP | unix.POLLERR
	fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN | unix.POLLOUT}}
	if n, err := unix.Poll(fds, 0); n <= 0 || err != nil {
		return 0
	}
	got := fds[0].Revents
	if got&(unix.POLLIN|failed) != 0 {
		ev |= Readable
	}
	if got&(unix.POLLOUT|failed) != 0 {
		ev |= Writable
	}
	if got&failed != 0 || got&unix.POLLIN != 0 && atEnd(fd) {
		ev |= HangUp
	}
	return ev
}

// atEnd is for sockets; others have POLLHUP.
func atEnd(fd int) bool {
	var b [1]byte
	n, _, err := unix.Recvfrom(fd, b[:], unix.MSG_PEEK|unix.MSG_DONTWAIT)
	return n == 0 && err == nil
}
