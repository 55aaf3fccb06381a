//go:build linux && !portable

package netpoll

import (
	"crypto/tls"
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
	raw.Read(func(fd uintptr) bool { // ends with an error: close sets a deadline
		for n := len(events); n == len(events); {
			n = harvest(int(fd), events)
			for _, ev := range events[:n] {
				t.handle(ev)
			}
		}
		return false
	})
}

func (t *lot) handle(ev unix.EpollEvent) {
	fd := int(ev.Fd)
	t.mu.Lock()
	out, ok := t.take(fd, uint32(ev.Pad))
	t.mu.Unlock()
	switch {
	case !ok:
	case ev.Events&(unix.EPOLLRDHUP|unix.EPOLLHUP|unix.EPOLLERR) != 0 && isGone(out):
		t.l.count.reaped.Add(1)
		t.shut(out)
	default:
		t.wake(out)
	}
}

// isGone tells a peer that has left from one that sent a last request and then shut its side down.
func isGone(c taken) bool {
	var b [maxAlert + 1]byte
	n, _, err := unix.Recvfrom(c.fd, b[:], unix.MSG_PEEK|unix.MSG_DONTWAIT)
	if c.tls != nil && n > 0 {
		return c.tls.endsWith(b[:n])
	}
	if _, ok := c.nc.(*tls.Conn); ok && n > 0 {
		return c.rec.begun && isAlert(b[:n])
	}
	return n <= 0 && err != unix.EAGAIN && err != unix.EINTR
}

const maxAlert = headerLen + 8 + alertLen + tagLen // TLS 1.2 with an explicit nonce

// isAlert reports whether p, all that came before the FIN, is one record with a close_notify. TLS 1.3 hides what it is, but
// in this length besides an alert only 2 bytes of a request fit, and no server answers those at the end of a connection.
func isAlert(p []byte) bool {
	if len(p) < headerLen || len(p) != headerLen+recordLen(p) {
		return false
	}
	return p[0] == typeAlert || p[0] == typeData && len(p) == overhead+alertLen
}

func (t *lot) wake(c taken) {
	nc, err := t.rise(c)
	if err != nil {
		if c.tls != nil {
			c.tls.wipe()
		}
		t.l.count.reaped.Add(1)
		t.l.left(1)
		return
	}
	if w, ok := nc.(gated); ok {
		w.gateOf().limit = c.limit
	}
	t.spare.fill(t.epfd)
	t.l.count.wakes.Add(1)
	t.l.offer(arrival{nc: nc})
}

// rise returns what Accept will.
func (t *lot) rise(c taken) (net.Conn, error) {
	if c.nc == nil {
		nc, err := t.revive(c.fd, &c.rec.options)
		if err != nil {
			return nil, err
		}
		if c.tls != nil {
			return t.l.wrapSession(newSecureConn(nc, c.tls), c.rec, true), nil
		}
		return t.l.wrap(nc, c.rec, true), nil
	}
	c.nc.SetDeadline(time.Time{}) // the last server's
	if s, ok := c.nc.(*tls.Conn); ok {
		return t.l.wrapTLS(s, c.rec, true), nil
	}
	return t.l.wrapKept(c.nc, c.rec, true), nil
}

// revive makes a net.Conn of a parked fd, which it takes over. At the fd limit the fd it has just closed is normally the
// one it gets; where others of the process are faster it lives on the reserve, and then it waits.
func (t *lot) revive(fd int, known *options) (net.Conn, error) {
	var opts sockopts
	if *known != usual {
		opts = readSockopts(fd)
	}
	if *known == unread && opts.usual() {
		*known = usual
	}
	if err := t.box.load(fd); err != nil {
		return nil, err
	}
	defer t.box.unload(t.epfd)
	for {
		var nc net.Conn
		err := t.spare.use(func() (err error) {
			nc, err = t.box.conn()
			return err
		})
		if err == nil {
			if nc.RemoteAddr() == nil { // reset since isGone looked: nobody expects a connection without a peer
				nc.Close()
				return nil, net.ErrClosed
			}
			opts.restore(t.box.fd)
			return nc, nil
		}
		if !atLimit(err) || t.l.isClosed() {
			return nil, err
		}
		t.l.sleep(firstPause)
	}
}

// schedule needs mu.
func (t *lot) schedule(fd int, limit moment) {
	if t.wheel.timed == 0 {
		t.sweep.Reset(tick)
	}
	t.wheel.add(fd, dueAt(limit), ticks(time.Since(t.l.start)))
}

// expire runs every tick while anything parked has a timeout.
func (t *lot) expire() {
	var due []taken
	t.mu.Lock()
	if t.closed {
		t.mu.Unlock()
		return
	}
	t.wheel.advance(ticks(time.Since(t.l.start)), func(fd int, s *slot) {
		if out, ok := t.take(fd, s.gen); ok {
			due = append(due, out)
		}
	})
	if t.wheel.timed > 0 {
		t.sweep.Reset(tick)
	}
	t.mu.Unlock()
	t.l.count.expired.Add(uint64(len(due)))
	t.shut(due...)
}
