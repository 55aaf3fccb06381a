//go:build linux && !portable

package netpoll

import (
	"encoding/binary"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

const readBuffer = 64 << 10

// stint is how long a loop serves without a wait. A wait that ends at once lets the scheduler look for what else of the process
// is ready, also in the runtime's poller; with every processor at a loop nobody else does that for 10 ms.
const stint = time.Millisecond

// loop is one goroutine that serves many streams. What is not said to be shared is its own.
type loop struct {
	epoll *os.File // its descriptor is waited for by the runtime's poller, so that no thread is blocked
	epfd  int
	bell  int    // an eventfd in it
	buf   []byte // what is read goes here, whatever Stream it is of
	slots []*fdWire
	free  []int32
	gen   uint32

	open atomic.Int32 // how many streams it has; only to choose a loop, so nothing is ordered by it

	mu      sync.Mutex // guards inbox, fdWire.queued and stopped; taken after a Stream's
	inbox   []*fdWire  // whose turn it is
	stopped bool
}

// bellSlot is the slot of the eventfd's events.
const bellSlot = -1

func newLoop() (*loop, error) {
	epfd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	bell, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		unix.Close(epfd)
		return nil, os.NewSyscallError("eventfd", err)
	}
	err = unix.EpollCtl(epfd, unix.EPOLL_CTL_ADD, bell, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: bellSlot})
	if err == nil {
		err = unix.SetNonblock(epfd, true)
	}
	if err != nil {
		unix.Close(bell)
		unix.Close(epfd)
		return nil, os.NewSyscallError("epoll_ctl", err)
	}
	return &loop{epoll: os.NewFile(uintptr(epfd), "netpoll"), epfd: epfd, bell: bell, buf: make([]byte, readBuffer)}, nil
}

// run serves until stop, which comes after the last Stream has ended.
func (l *loop) run() {
	raw, err := l.epoll.SyscallConn()
	if err != nil {
		panic(err) // of an *os.File that is not nil: cannot happen
	}
	events := make([]unix.EpollEvent, 256)
	raw.Read(func(fd uintptr) bool {
		var began time.Time
		for !l.turns() {
			n := harvest(int(fd), events)
			if n == 0 {
				return false
			}
			now := time.Now()
			if began.IsZero() {
				began = now
			}
			for _, ev := range events[:n] {
				l.handle(ev, now)
			}
			if now.Sub(began) >= stint {
				l.ring() // or what is left, of which epoll has told before, would not end the wait
				return false
			}
		}
		return true
	})
	unix.Close(l.bell)
	l.epoll.Close()
}

// turns gives a turn to those who asked for one, and reports whether the loop is stopped.
func (l *loop) turns() bool {
	for {
		all, stopped := l.asked()
		if len(all) == 0 {
			return stopped
		}
		for _, w := range all {
			l.turn(w)
		}
	}
}

func (l *loop) asked() (all []*fdWire, stopped bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	all, l.inbox = l.inbox, nil
	for _, w := range all {
		w.queued = false
	}
	return all, l.stopped
}

func (l *loop) turn(w *fdWire) {
	if w.gen == 0 {
		l.join(w)
		w.opened()
		return
	}
	w.Stream.turn()
}

// join makes w a Stream of the loop, or fails it: it is opened and ends then.
func (l *loop) join(w *fdWire) {
	if l.gen++; l.gen == 0 { // 0: not joined
		l.gen++
	}
	if n := len(l.free); n > 0 {
		w.slot = l.free[n-1]
		l.free = l.free[:n-1]
		l.slots[w.slot] = w
	} else {
		w.slot = int32(len(l.slots))
		l.slots = append(l.slots, w)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.gen, w.mask = l.gen, w.interest()
	if err := w.control(unix.EPOLL_CTL_ADD); err != nil {
		w.failed(os.NewSyscallError("epoll_ctl", err))
	}
}

func (l *loop) handle(ev unix.EpollEvent, now time.Time) {
	if ev.Fd == bellSlot {
		var b [8]byte
		unix.Read(l.bell, b[:])
		return
	}
	w := l.slots[ev.Fd]
	if w == nil || w.gen != uint32(ev.Pad) { // ended by an event before this one
		return
	}
	if ev.Events&unix.EPOLLOUT != 0 {
		w.writable()
	}
	if ev.Events&^unix.EPOLLOUT != 0 {
		w.readable(ev.Events&(unix.EPOLLERR|unix.EPOLLHUP) != 0, now)
	}
}

// ring ends the loop's wait.
func (l *loop) ring() {
	var b [8]byte
	binary.NativeEndian.PutUint64(b[:], 1)
	unix.Write(l.bell, b[:])
}

func (l *loop) stop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stopped = true
	l.ring()
}
