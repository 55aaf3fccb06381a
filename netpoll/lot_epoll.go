//go:build linux && !portable

package netpoll

import (
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// lot is where parked connections stand: an epoll of our own and a table indexed by fd.
//
// Each parked fd has one owner. It is the lot from park to take; whoever takes it, the poller on an event, the sweeper on
// a timeout, clear or close, is then the only one who may use or close it. An event names its fd and the
// generation of that parking, so one that was harvested before somebody else took the fd, and the kernel reused the
// number, finds another generation and is dropped.
type lot struct {
	l     *Listener
	epoll *os.File // pollable itself, so no thread blocks in epoll_wait
	epfd  int      // epoll's number; valid until close has seen the poller end
	box   carrier  // the poller's own

	poller sync.WaitGroup

	mu     sync.Mutex // guards all below, and every EPOLL_CTL_ADD and DEL
	table  table
	wheel  wheel
	gen    uint32
	sweep  *time.Timer
	closed bool
}

func newLot(l *Listener) (*lot, error) {
	epfd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	t := &lot{l: l, epfd: epfd}
	t.wheel.table = &t.table
	if t.box, err = newCarrier(epfd); err != nil {
		unix.Close(epfd)
		return nil, err
	}
	if err := unix.SetNonblock(epfd, true); err != nil {
		unix.Close(epfd)
		t.box.close()
		return nil, os.NewSyscallError("fcntl", err)
	}
	t.epoll = os.NewFile(uintptr(epfd), "netpoll")
	t.sweep = time.AfterFunc(time.Hour, t.expire)
	t.sweep.Stop()
	t.poller.Go(t.poll)
	return t, nil
}

func (t *lot) willing() bool { return !t.l.isClosed() }

// claim duplicates the socket of a connection that is about to be closed by its server. It declines at the fd limit:
// then the connection waits in its goroutine, which is better than losing it.
func (t *lot) claim(nc net.Conn) (int, bool) {
	sc, ok := nc.(syscall.Conn)
	if !ok || !t.willing() {
		return -1, false
	}
	rc, err := sc.SyscallConn()
	if err != nil {
		return -1, false
	}
	dup := -1
	rc.Control(func(fd uintptr) {
		dup, err = unix.FcntlInt(fd, unix.F_DUPFD_CLOEXEC, 0)
	})
	return dup, dup >= 0 && err == nil
}

// park takes over fd, on which nothing else in the process may be left.
func (t *lot) park(fd int, rec record, limit time.Time) {
	t.mu.Lock()
	ok := !t.closed && t.enter(fd, rec, limit)
	t.mu.Unlock()
	if !ok {
		unix.Close(fd)
		t.l.count.open.Add(-1)
	}
}

// enter needs mu. Level-triggered, so bytes that came before the ADD are reported at once; one-shot, so a
// second event cannot overtake the first.
func (t *lot) enter(fd int, rec record, limit time.Time) bool {
	t.gen++
	if t.gen == 0 { // 0 marks a free slot
		t.gen++
	}
	*t.table.grow(fd) = slot{record: rec, gen: t.gen}
	ev := unix.EpollEvent{
		Events: unix.EPOLLIN | unix.EPOLLRDHUP | unix.EPOLLONESHOT,
		Fd:     int32(fd),
		Pad:    int32(t.gen),
	}
	if err := unix.EpollCtl(t.epfd, unix.EPOLL_CTL_ADD, fd, &ev); err != nil {
		t.table.at(fd).gen = 0
		return false
	}
	if !limit.IsZero() {
		t.schedule(fd, limit)
	}
	t.l.count.parks.Add(1)
	t.l.count.parked.Add(1)
	return true
}

// take makes the caller the owner of fd. The DEL comes before anybody may close fd: epoll follows the open socket,
// which the duplicate of a wake keeps alive, and a stale entry would make the next ADD of this number fail.
// It needs mu.
func (t *lot) take(fd int, gen uint32) (record, bool) {
	s := t.table.at(fd)
	if t.closed || s == nil || s.gen == 0 || s.gen != gen {
		return record{}, false
	}
	t.wheel.remove(fd)
	rec := s.record
	*s = slot{}
	unix.EpollCtl(t.epfd, unix.EPOLL_CTL_DEL, fd, nil)
	t.l.count.parked.Add(-1)
	return rec, true
}

// clear closes what is parked now.
func (t *lot) clear() {
	t.mu.Lock()
	fds := t.takeAll()
	t.mu.Unlock()
	t.shut(fds)
}

// close ends the poller before it gives up epfd, which the poller uses.
func (t *lot) close() {
	t.mu.Lock()
	fds := t.takeAll()
	t.closed = true
	t.sweep.Stop()
	t.mu.Unlock()
	t.shut(fds)
	t.epoll.SetReadDeadline(time.Unix(1, 0))
	t.poller.Wait()
	t.epoll.Close()
	t.box.close()
}

// takeAll needs mu.
func (t *lot) takeAll() (fds []int) {
	t.table.each(func(fd int, s *slot) {
		if _, ok := t.take(fd, s.gen); ok {
			fds = append(fds, fd)
		}
	})
	return fds
}

func (t *lot) shut(fds []int) {
	for _, fd := range fds {
		unix.Close(fd)
	}
	t.l.count.open.Add(-int64(len(fds)))
}
