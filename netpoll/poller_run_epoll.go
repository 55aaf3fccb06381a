//go:build linux && !portable

package netpoll

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// run is the only goroutine that gives events. The read deadline of the epoll's own descriptor is its clock: it is set
// while any Watch has a deadline, and in the past once the Poller is closed.
func (p *Poller) run() {
	raw, err := p.epoll.SyscallConn()
	if err != nil {
		panic(err) // of an *os.File that is not nil: cannot happen
	}
	events := make([]unix.EpollEvent, 128)
	n := 0
	look := func(fd uintptr) bool {
		n = harvest(int(fd), events)
		return n > 0
	}
	for {
		err := raw.Read(look)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			if p.tick() {
				continue
			}
			p.end()
			return
		}
		for _, ev := range events[:n] {
			p.handle(ev)
		}
	}
}

func (p *Poller) handle(ev unix.EpollEvent) {
	p.mu.Lock()
	w := p.slots[ev.Fd]
	if w == nil || w.gen != uint32(ev.Pad) {
		p.mu.Unlock()
		return
	}
	p.tell(w, seen(ev.Events)&(w.want|HangUp))
}

func seen(events uint32) (ev Event) {
	const failed = unix.EPOLLHUP | unix.EPOLLERR
	if events&(unix.EPOLLIN|unix.EPOLLRDHUP|failed) != 0 {
		ev |= Readable
	}
	if events&(unix.EPOLLOUT|failed) != 0 {
		ev |= Writable
	}
	if events&(unix.EPOLLRDHUP|failed) != 0 {
		ev |= HangUp
	}
	return ev
}

// tell gives up mu.
func (p *Poller) tell(w *Watch, ev Event) {
	want := w.want
	w.want = 0
	p.wheel.remove(&w.due)
	always := w.always
	p.mu.Unlock()
	if want == 0 {
		return
	}
	w.give(ev)
	if always {
		w.again(want, ev)
	}
}

// tick gives the timeouts that are due; false: the Poller is closed.
func (p *Poller) tick() bool {
	p.mu.Lock()
	due := p.wheel.advance(nil)
	p.mu.Unlock()
	for _, w := range due {
		p.mu.Lock()
		if w.deadline.IsZero() || time.Until(w.deadline) > 0 { // set anew meanwhile, and scheduled by that
			p.mu.Unlock()
			continue
		}
		p.tell(w, Timeout)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	var next time.Time
	if p.wheel.n > 0 {
		next = time.Now().Add(timerTick)
	}
	if !p.closed {
		p.epoll.SetReadDeadline(next)
	}
	return !p.closed
}

// end gives Closed to whoever waits.
func (p *Poller) end() {
	p.mu.Lock()
	all := p.slots
	p.slots, p.free = make([]*Watch, len(all)), nil
	p.epfd = -1
	p.epoll.Close()
	p.mu.Unlock()
	for _, w := range all {
		if w != nil {
			p.mu.Lock()
			p.tell(w, Closed)
		}
	}
}
