//go:build linux && !portable

package netpoll

import (
	"net"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// lot is where parked connections stand: an epoll of our own and a table indexed by fd.
//
// Each parked fd has one owner. It is the lot from park to take; whoever takes it, the poller on an event, the sweeper on
// a timeout, shed, clear or close, is then the only one who may use or close it. An event names its fd and the
// generation of that parking, so one that was harvested before somebody else took the fd, and the kernel reused the
// number, finds another generation and is dropped.
type lot struct {
	l     *Listener
	epoll *os.File // pollable itself, so no thread blocks in epoll_wait
	epfd  int      // epoll's number; valid until close has seen the poller end
	box   carrier  // the poller's own
	spare reserve
	room  headroom

	poller sync.WaitGroup

	mu     sync.Mutex // guards all below, and every EPOLL_CTL_ADD and DEL
	table  table
	wheel  wheel
	order  order            // only with ShedIdle
	kept   map[int]net.Conn // by fd: connections parked with their value
	tls    map[int]*session // by fd
	gen    uint32
	sweep  *time.Timer
	closed bool
}

func newLot(l *Listener) (*lot, error) {
	epfd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	t := &lot{l: l, epfd: epfd, kept: make(map[int]net.Conn), tls: make(map[int]*session)}
	t.wheel.table = &t.table
	if t.box, err = newCarrier(epfd); err != nil {
		unix.Close(epfd)
		return nil, err
	}
	t.spare.fill(epfd)
	t.room.grow(0, epfd)
	if err := unix.SetNonblock(epfd, true); err != nil {
		unix.Close(epfd)
		t.box.close()
		t.spare.close()
		return nil, os.NewSyscallError("fcntl", err)
	}
	t.epoll = os.NewFile(uintptr(epfd), "netpoll")
	t.sweep = time.AfterFunc(time.Hour, t.expire)
	t.sweep.Stop()
	t.poller.Go(t.poll)
	return t, nil
}

func (t *lot) willing() bool { return !t.l.isClosed() }

// expect is told how many connections there are, by the goroutine that accepts them.
func (t *lot) expect(conns int64) { t.room.grow(conns, t.epfd) }

// claim duplicates the socket of a connection that is about to be closed by its server. It declines at the fd limit when
// the reserve is used up too: then the connection waits in its goroutine, which is better than losing it.
func (t *lot) claim(nc net.Conn) (int, bool) {
	if c, ok := nc.(*secureConn); ok {
		if !c.intact() {
			return -1, false
		}
		nc = c.socket
	}
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
		err = t.spare.use(func() (err error) {
			dup, err = unix.FcntlInt(fd, unix.F_DUPFD_CLOEXEC, 0)
			return err
		})
	})
	return dup, dup >= 0 && err == nil
}

// park takes over fd, on which nothing else in the process may be left, and the session that goes on with it, if any.
func (t *lot) park(fd int, rec record, limit moment, s *session) {
	t.mu.Lock()
	ok := !t.closed && t.enter(fd, rec, limit)
	if ok && s != nil {
		t.tls[fd] = s
	}
	t.mu.Unlock()
	if !ok {
		t.shut(taken{fd: fd, tls: s})
	}
	t.spare.fill(t.epfd)
}

// abandon closes what claim has returned.
func (t *lot) abandon(fd int) { t.shut(taken{fd: fd}) }

// keep parks nc as it is, on the fd it has. Whoever else can reach nc may close it under us, and then the number may be
// anybody's: so it is entered under RawConn.Control, which holds the fd, and closed only by way of nc.
func (t *lot) keep(nc net.Conn, raw syscall.RawConn, rec record, limit moment) {
	ok := false
	raw.Control(func(fd uintptr) {
		t.mu.Lock()
		defer t.mu.Unlock()
		if ok = !t.closed && t.enter(int(fd), rec, limit); ok {
			t.kept[int(fd)] = nc
		}
	})
	if !ok {
		t.l.drop(nc)
	}
}

// enter needs mu. Level-triggered, so bytes that came before the ADD are reported at once; one-shot, so a
// second event cannot overtake the first.
func (t *lot) enter(fd int, rec record, limit moment) bool {
	t.gen++
	if t.gen == 0 { // 0 marks a free slot
		t.gen++
	}
	s := t.table.grow(fd)
	if s.gen != 0 { // a kept connection that somebody else has closed: the number is free for us
		stale, _ := t.take(fd, s.gen)
		t.l.ended(stale.nc)
	}
	*s = slot{record: rec, gen: t.gen}
	ev := unix.EpollEvent{
		Events: unix.EPOLLIN | unix.EPOLLRDHUP | unix.EPOLLONESHOT,
		Fd:     int32(fd),
		Pad:    int32(t.gen),
	}
	if err := unix.EpollCtl(t.epfd, unix.EPOLL_CTL_ADD, fd, &ev); err != nil {
		t.table.at(fd).gen = 0
		return false
	}
	if limit != never {
		t.schedule(fd, limit)
	}
	if t.l.opt.ShedIdle {
		t.order.add(fd, t.gen, t.l.count.parked.Load(), &t.table)
	}
	t.l.count.parks.Add(1)
	t.l.count.parked.Add(1)
	if t.l.opt.ShedIdle {
		t.l.makeRoom()
	}
	return true
}

// taken is a connection that was parked and now belongs to whoever called take.
type taken struct {
	fd    int
	nc    net.Conn // the value, where it was kept; fd is then only its number
	tls   *session // of a session that was given up with its conn
	rec   record
	limit moment // when the wait is to end, to within a tick
}

// take makes the caller the owner of what is parked under fd. The DEL comes before anybody may close fd: epoll follows the
// open socket, which the duplicate of a wake keeps alive, and a stale entry would make the next ADD of this number
// fail. It needs mu.
func (t *lot) take(fd int, gen uint32) (taken, bool) {
	s := t.table.at(fd)
	if t.closed || s == nil || s.gen == 0 || s.gen != gen {
		return taken{}, false
	}
	unix.EpollCtl(t.epfd, unix.EPOLL_CTL_DEL, fd, nil)
	out := t.at(fd, s)
	t.wheel.remove(fd)
	*s = slot{}
	delete(t.kept, fd)
	delete(t.tls, fd)
	t.l.count.parked.Add(-1)
	return out, true
}

// at is what is parked under fd.
func (t *lot) at(fd int, s *slot) taken {
	return taken{fd: fd, nc: t.kept[fd], tls: t.tls[fd], rec: s.record, limit: limitOf(s.due)}
}

// shed closes what was parked first.
func (t *lot) shed() bool {
	t.mu.Lock()
	out, ok := t.order.first(t.take)
	t.mu.Unlock()
	if ok {
		t.l.count.shed.Add(1)
		t.shut(out)
	}
	return ok
}

// relieve sheds where err says that there is no fd left. What else an inner listener calls temporary, as a client that it
// refuses, is no reason to: clients could have all that is parked closed.
func (t *lot) relieve(err error) bool { return atLimit(err) && t.shed() }

// clear closes what is parked now.
func (t *lot) clear() {
	var all []taken
	t.mu.Lock()
	if !t.closed {
		t.table.each(0, len(t.table.pages), func(fd int, s *slot) {
			out, _ := t.take(fd, s.gen)
			all = append(all, out)
		})
	}
	t.mu.Unlock()
	t.shut(all...)
}

// close ends the poller before it gives up epfd, which the poller uses. Then nobody else looks at what is parked any more, so
// the rest needs no lock and no list; and with the epoll gone no DEL.
func (t *lot) close() {
	t.mu.Lock()
	t.closed = true
	t.sweep.Stop()
	t.mu.Unlock()
	t.epoll.SetReadDeadline(time.Unix(1, 0))
	t.poller.Wait()
	t.spare.close()
	t.epoll.Close()
	t.box.close()
	t.endAll()
}

// endAll uses every core: a close is some 3 µs of the kernel's work, and 10 where it tells a peer on the same machine. Each
// takes a page when it has ended one, so that they end together whatever else the cores have to do.
func (t *lot) endAll() {
	var parts sync.WaitGroup
	var begun atomic.Int32 // pages; which is whose orders nothing
	for range runtime.GOMAXPROCS(0) {
		parts.Go(func() {
			for {
				i := int(begun.Add(1)) - 1
				if i >= len(t.table.pages) {
					return
				}
				t.table.each(i, i+1, func(fd int, s *slot) { t.end(t.at(fd, s)) })
			}
		})
	}
	parts.Wait()
	t.l.count.parked.Store(0)
}

func (t *lot) shut(all ...taken) {
	for _, c := range all {
		t.end(c)
	}
	t.spare.fill(t.epfd)
}

// end closes what was parked.
func (t *lot) end(c taken) {
	if c.nc != nil {
		t.l.drop(c.nc)
		return
	}
	if c.tls != nil {
		unix.Write(c.fd, c.tls.goodbye()) // if the socket takes it at once
		c.tls.wipe()
	}
	unix.Close(c.fd)
	t.l.left(1)
}
