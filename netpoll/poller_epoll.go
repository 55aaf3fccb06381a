//go:build linux && !portable

package netpoll

import (
	"net"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// pollerSystem is an epoll of the Poller's own, whose descriptor the runtime's poller waits for, so that no thread does.
// A connection may be in both: each tells its own waiters.
type pollerSystem struct {
	epoll *os.File
	epfd  int      // epoll's number; -1 once closed
	slots []*Watch // an event names its slot
	free  []int32
	gen   uint32 // of the last arming
	wheel timers[Watch]
}

// target is what a Watch watches, and who keeps its number valid: raw, or the caller of WatchFD.
type target struct {
	raw  syscall.RawConn // nil: fd
	conn net.Conn
	fd   int
}

func targetFD(fd int) (target, error) { return target{fd: fd}, nil }

func (t *target) close() {}

// watchSystem is guarded by Poller.mu, but for target, which never changes.
type watchSystem struct {
	target
	slot  int32
	gen   uint32 // of this arming: what was harvested before it is not for it
	added bool
	due   timer[Watch]
}

func (p *Poller) open() error {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return os.NewSyscallError("epoll_create1", err)
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		unix.Close(fd)
		return os.NewSyscallError("fcntl", err)
	}
	p.epfd, p.epoll = fd, os.NewFile(uintptr(fd), "netpoll")
	p.wheel.began = time.Now()
	go p.run()
	return nil
}

func (p *Poller) enter(w *Watch) {
	if n := len(p.free); n > 0 {
		w.slot = p.free[n-1]
		p.free = p.free[:n-1]
		p.slots[w.slot] = w
		return
	}
	w.slot = int32(len(p.slots))
	p.slots = append(p.slots, w)
}

// shut needs mu. run does the rest.
func (p *Poller) shut() { p.epoll.SetReadDeadline(time.Unix(1, 0)) }

// control calls f while fd is w's and nobody else's, or reports that it is closed.
func (w *Watch) control(f func(fd int)) error {
	if w.raw == nil {
		f(w.fd)
		return nil
	}
	return w.raw.Control(func(fd uintptr) { f(int(fd)) })
}

// arm asks decide, which needs mu and sets want, and waits for that.
func (w *Watch) arm(decide func() bool) (err error) {
	gone := w.control(func(fd int) {
		w.p.mu.Lock()
		defer w.p.mu.Unlock()
		if err = w.usable(); err != nil || !decide() {
			return
		}
		if err = w.p.ctl(w, fd); err != nil {
			w.want = 0
		}
		w.schedule()
	})
	if gone != nil {
		return gone
	}
	return err
}

// ctl needs mu. One-shot, so that a second event cannot overtake the first; level-triggered, so that what was there
// before is reported.
func (p *Poller) ctl(w *Watch, fd int) error {
	p.gen++
	w.gen = p.gen
	ev := unix.EpollEvent{Events: unix.EPOLLONESHOT | unix.EPOLLRDHUP, Fd: w.slot, Pad: int32(w.gen)}
	if w.want&Readable != 0 {
		ev.Events |= unix.EPOLLIN
	}
	if w.want&Writable != 0 {
		ev.Events |= unix.EPOLLOUT
	}
	op := unix.EPOLL_CTL_MOD
	if !w.added {
		op = unix.EPOLL_CTL_ADD
	}
	if err := unix.EpollCtl(p.epfd, op, fd, &ev); err != nil {
		return os.NewSyscallError("epoll_ctl", err)
	}
	w.added = true
	return nil
}

// detach takes w out. The DEL is needed although the caller is about to close fd: epoll follows the open file, which a
// duplicate keeps alive.
func (w *Watch) detach(decide func()) {
	p := w.p
	leave := func() {
		decide()
		p.wheel.remove(&w.due)
		if p.slots[w.slot] == w {
			p.slots[w.slot] = nil
			p.free = append(p.free, w.slot)
		}
	}
	gone := w.control(func(fd int) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if w.added && p.epfd >= 0 {
			unix.EpollCtl(p.epfd, unix.EPOLL_CTL_DEL, fd, nil)
			w.added = false
		}
		leave()
	})
	if gone != nil { // its number may be anybody's now; the kernel has taken it out
		p.mu.Lock()
		leave()
		p.mu.Unlock()
	}
}

// schedule needs mu.
func (w *Watch) schedule() {
	p := w.p
	p.wheel.remove(&w.due)
	if w.want == 0 || w.deadline.IsZero() {
		return
	}
	if p.wheel.n == 0 {
		p.epoll.SetReadDeadline(time.Now().Add(timerTick))
	}
	p.wheel.add(&w.due, w, w.deadline)
}
