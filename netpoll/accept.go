package netpoll

import (
	"errors"
	"net"
	"sync/atomic"
	"time"
)

// idSource numbers connections from 1.
type idSource struct{ last atomic.Uint64 }

func (s *idSource) next() uint64 { return s.last.Add(1) }

const (
	firstPause = 5 * time.Millisecond // net/http's own steps for the same condition
	lastPause  = time.Second
)

// acceptLoop owns the inner listener's Accept. It ends when the Listener is closed.
func (l *Listener) acceptLoop() {
	var pause time.Duration
	for !l.isClosed() {
		l.awaitRoom()
		nc, err := l.inner.Accept()
		switch {
		case err == nil:
			pause = 0
			l.admit(nc)
		case isTemporary(err):
			// At the fd limit, mostly. http.Server would sleep inside its Accept loop, with woken connections queued
			// behind; here only new ones wait.
			l.count.accpt.Add(1)
			if l.opt.ShedIdle && l.lot.relieve(err) {
				continue
			}
			pause = min(max(2*pause, firstPause), lastPause)
			l.sleep(pause)
		default:
			l.offer(arrival{err: err})
		}
	}
}

// awaitRoom leaves new connections in the kernel's queue while there are MaxConns, unless admit can make room.
func (l *Listener) awaitRoom() {
	for l.opt.MaxConns > 0 && l.count.open.Load() >= int64(l.opt.MaxConns) {
		if l.opt.ShedIdle && l.count.parked.Load() > 0 {
			l.shedSurplus()
			return
		}
		select {
		case <-l.room:
		case <-l.done:
			return
		}
	}
}

func (l *Listener) admit(nc net.Conn) {
	l.lot.expect(l.count.open.Load() + 1)
	rec := record{id: l.ids.next(), accepted: time.Since(l.start)}
	if l.tls != nil {
		l.count.open.Add(1)
		l.shedSurplus()
		go l.handshake(nc, rec)
		return
	}
	c := l.wrap(nc, rec, false)
	if c != nc {
		l.count.open.Add(1)
		l.shedSurplus()
	}
	l.offer(arrival{nc: c})
}

// shedSurplus may find that what was parked has just woken; then there is one connection too many until the next park.
func (l *Listener) shedSurplus() {
	if l.opt.ShedIdle && l.opt.MaxConns > 0 && l.count.open.Load() > int64(l.opt.MaxConns) {
		l.lot.shed()
	}
}

// sleep ends early when the Listener is closed.
func (l *Listener) sleep(d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-l.done:
	}
}

// isTemporary asks as http.Server does, the one caller this stands in for.
func isTemporary(err error) bool {
	var t interface{ Temporary() bool }
	return errors.As(err, &t) && t.Temporary()
}
