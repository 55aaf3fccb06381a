//go:build linux && !portable

package netpoll

import (
	"net"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// fdWire is a Stream on a descriptor of a loop. The loop alone closes fd, after ended was set under mu: so whoever holds mu
// and sees a Stream that has not ended may use it.
type fdWire struct {
	Stream
	l      *loop
	fd     int
	slot   int32
	gen    uint32 // 0: not in the epoll yet; the loop writes it under mu
	mask   uint32 // what epoll was told; guarded by mu
	aside  bool   // taken out of the epoll until something is wanted of it again; guarded by mu
	queued bool   // guarded by l.mu
	remote net.Addr
}

// readable is the loop's.
func (w *fdWire) readable(broken bool, now time.Time) {
	w.mu.Lock()
	reading, ended := w.reading(), w.ended
	w.mu.Unlock()
	switch {
	case ended:
		return
	case !reading && !broken:
		return
	case !reading:
		w.hungUp()
		return
	}
	n, err := readNow(w.fd, w.l.buf)
	switch {
	case n > 0:
		w.received(w.l.buf[:n], now)
	case err == nil:
		w.ending()
	case err != unix.EAGAIN && err != unix.EINTR:
		w.fail(os.NewSyscallError("read", err))
		w.turn()
	}
}

// hungUp is for a Stream that is not read from. Where there is no error the peer, on a Unix socket, has only closed: what it
// sent before is still to be read, and epoll would tell of the end all the while.
func (w *fdWire) hungUp() {
	if n, err := unix.GetsockoptInt(w.fd, unix.SOL_SOCKET, unix.SO_ERROR); err != nil || n != 0 {
		w.fail(os.NewSyscallError("read", unix.Errno(n)))
		w.turn()
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.aside && !w.ended && !w.reading() {
		unix.EpollCtl(w.l.epfd, unix.EPOLL_CTL_DEL, w.fd, nil)
		w.aside = true
	}
}

func (w *fdWire) write(p []byte) (int, error) { return written(writeNow(w.fd, p)) }

func (w *fdWire) flush(o *outbox) (int, error) {
	var room [16][]byte
	bufs := o.gather(room[:0])
	switch len(bufs) {
	case 0:
		return 0, nil
	case 1:
		return w.write(bufs[0])
	}
	return written(unix.Writev(w.fd, bufs))
}

func written(n int, err error) (int, error) {
	switch err {
	case nil:
		return n, nil // what is left is tried again, and meets EAGAIN
	case unix.EINTR:
		return 0, nil
	case unix.EAGAIN:
		return 0, errAgain
	}
	return 0, os.NewSyscallError("write", err)
}

// unsent is what the peer has not acknowledged, or on a Unix socket not read. Epoll tells of room only when a third of the
// kernel's buffer is free, on a Unix socket three quarters.
func (w *fdWire) unsent() int {
	n, _ := unix.IoctlGetInt(w.fd, unix.SIOCOUTQ)
	return n
}

// interest needs mu.
func (w *fdWire) interest() (mask uint32) {
	if w.reading() {
		mask |= unix.EPOLLIN
	}
	if w.blocked {
		mask |= unix.EPOLLOUT
	}
	return mask
}

func (w *fdWire) changed() {
	if mask := w.interest(); mask != w.mask && w.gen != 0 && !w.ended {
		op := unix.EPOLL_CTL_MOD
		if w.aside {
			op, w.aside = unix.EPOLL_CTL_ADD, false
		}
		w.mask = mask
		if err := w.control(op); err != nil {
			w.failed(os.NewSyscallError("epoll_ctl", err))
		}
	}
}

// control needs mu. Level-triggered: what one read leaves is reported again, after others had their turn.
func (w *fdWire) control(op int) error {
	ev := unix.EpollEvent{Events: w.mask, Fd: w.slot, Pad: int32(w.gen)}
	return unix.EpollCtl(w.l.epfd, op, w.fd, &ev)
}

func (w *fdWire) kick() {
	l := w.l
	l.mu.Lock()
	defer l.mu.Unlock()
	if w.queued {
		return
	}
	w.queued = true
	if l.inbox = append(l.inbox, w); len(l.inbox) == 1 {
		l.ring()
	}
}

func (w *fdWire) shutWrite() { unix.Shutdown(w.fd, unix.SHUT_WR) }

// close is the loop's, as all that ends a Stream.
func (w *fdWire) close() {
	l := w.l
	unix.EpollCtl(l.epfd, unix.EPOLL_CTL_DEL, w.fd, nil)
	unix.Close(w.fd)
	l.slots[w.slot] = nil
	l.free = append(l.free, w.slot)
	l.open.Add(-1)
}

func (w *fdWire) localAddr() net.Addr {
	sa, err := unix.Getsockname(w.fd)
	if err != nil {
		return nil
	}
	return netAddr(sa)
}

func (w *fdWire) remoteAddr() net.Addr { return w.remote }
