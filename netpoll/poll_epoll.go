//go:build linux && !portable

package netpoll

import (
	"errors"
	"net"
	"time"

	"golang.org/x/sys/unix"
)

// poll turns events into arrivals until close. It is the only goroutine of all parked connections.
func (t *lot) poll() {
	raw, err := t.epoll.SyscallConn()
	if err != nil {
		return
	}
	events := make([]unix.EpollEvent, 128)
	for {
		n := 0
		err := raw.Read(func(fd uintptr) bool {
			n = harvest(int(fd), events)
			return n > 0
		})
		if err != nil {
			return
		}
		for _, ev := range events[:n] {
			t.handle(ev)
		}
	}
}

// harvest does not wait: the runtime's poller does, on the epoll's own readability. That is edge-triggered, which is
// right since poll asks again until nothing is left.
func harvest(epfd int, events []unix.EpollEvent) int {
	for {
		n, err := unix.EpollWait(epfd, events, 0)
		if err != unix.EINTR {
			return max(n, 0)
		}
	}
}

func (t *lot) handle(ev unix.EpollEvent) {
	fd := int(ev.Fd)
	t.mu.Lock()
	rec, ok := t.take(fd, uint32(ev.Pad))
	t.mu.Unlock()
	if !ok {
		return
	}
	if ev.Events&(unix.EPOLLRDHUP|unix.EPOLLHUP|unix.EPOLLERR) != 0 && isGone(fd) {
		t.l.count.reaped.Add(1)
		t.shut([]int{fd})
		return
	}
	t.wake(fd, rec)
}

// isGone tells a peer that has left from one that sent a last request and then shut its side down.
func isGone(fd int) bool {
	var b [1]byte
	n, _, err := unix.Recvfrom(fd, b[:], unix.MSG_PEEK|unix.MSG_DONTWAIT)
	return n <= 0 && err != unix.EAGAIN && err != unix.EINTR
}

func (t *lot) wake(fd int, rec record) {
	nc, err := t.revive(fd)
	if err != nil {
		t.l.count.open.Add(-1)
		return
	}
	t.l.count.wakes.Add(1)
	t.l.offer(arrival{nc: t.l.wrap(nc, rec, true)})
}

// revive makes a net.Conn of a parked fd, which it takes over. At the fd limit it waits: the fd it has just closed is
// normally the one it gets, but others of the process may be faster.
func (t *lot) revive(fd int) (net.Conn, error) {
	opts := readSockopts(fd)
	if err := t.box.load(fd); err != nil {
		return nil, err
	}
	defer t.box.unload(t.epfd)
	for {
		nc, err := t.box.conn()
		if err == nil {
			opts.restore(t.box.fd)
			return nc, nil
		}
		if !errors.Is(err, unix.EMFILE) && !errors.Is(err, unix.ENFILE) || t.l.isClosed() {
			return nil, err
		}
		t.l.sleep(firstPause)
	}
}

// schedule needs mu.
func (t *lot) schedule(fd int, limit time.Time) {
	due := ticks(limit.Sub(t.l.start)+tick-1) + 1
	if t.wheel.timed == 0 {
		t.sweep.Reset(tick)
	}
	t.wheel.add(fd, due, ticks(time.Since(t.l.start)))
}

// expire runs every tick while anything parked has a timeout.
func (t *lot) expire() {
	var fds []int
	t.mu.Lock()
	t.wheel.advance(ticks(time.Since(t.l.start)), func(fd int, s *slot) {
		if _, ok := t.take(fd, s.gen); ok {
			fds = append(fds, fd)
		}
	})
	if t.wheel.timed > 0 && !t.closed {
		t.sweep.Reset(tick)
	}
	t.mu.Unlock()
	t.l.count.expired.Add(uint64(len(fds)))
	t.shut(fds)
}
