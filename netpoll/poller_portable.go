//go:build !linux || portable

package netpoll

import (
	"errors"
	"os"
	"sync"
	"syscall"
	"time"
)

// pollerSystem has a goroutine for each Watch that waits, and another if it waits for both directions.
type pollerSystem struct {
	watches map[*Watch]struct{}
}

// target is what a Watch watches. Its deadlines are what interrupts the goroutines.
type target struct {
	raw  syscall.RawConn
	conn interface {
		SetReadDeadline(time.Time) error
		SetWriteDeadline(time.Time) error
	}
	file *os.File // of WatchFD: a duplicate
}

func (t *target) close() {
	if t.file != nil {
		t.file.Close()
	}
}

// watchSystem is guarded by Poller.mu, but for target, which never changes.
type watchSystem struct {
	target
	read, write direction
	giving      bool
	turn        sync.Cond // what a direction or giving has changed
}

// direction is a goroutine that waits for bytes to come, or for room to send some. Only its own return ends it, so that an
// arming finds it either gone or about to look at what is wanted.
type direction struct {
	dir     Event
	runs    bool
	blocked bool // it is about to block, or does, and holds the connection's lock for that direction
	block   func(func(uintptr) bool) error
	limit   func(time.Time) error
}

func (p *Poller) open() error {
	p.watches = make(map[*Watch]struct{})
	return nil
}

func (p *Poller) enter(w *Watch) {
	w.turn.L = &p.mu
	w.read = direction{dir: Readable | HangUp, block: w.raw.Read, limit: w.conn.SetReadDeadline}
	w.write = direction{dir: Writable, block: w.raw.Write, limit: w.conn.SetWriteDeadline}
	p.watches[w] = struct{}{}
}

// shut needs mu.
func (p *Poller) shut() {
	for w := range p.watches {
		w.interrupt()
	}
}

// interrupt needs mu. Whoever is blocked looks anew at what is wanted.
func (w *Watch) interrupt() {
	for _, d := range []*direction{&w.read, &w.write} {
		if d.blocked {
			d.limit(time.Unix(1, 0))
		}
	}
}

// release needs mu, and returns when the connection is the caller's alone.
func (w *Watch) release() {
	for w.interrupt(); w.read.blocked || w.write.blocked; {
		w.turn.Wait()
	}
}

// arm asks decide, which needs mu and sets want, and waits for that.
func (w *Watch) arm(decide func() bool) error {
	if err := w.raw.Control(func(uintptr) {}); err != nil {
		return err
	}
	w.p.mu.Lock()
	defer w.p.mu.Unlock()
	if err := w.usable(); err != nil {
		return err
	}
	if !decide() {
		return nil
	}
	if w.want == HangUp && !seesHangUp {
		w.want = 0
		return errors.ErrUnsupported
	}
	w.interrupt()
	for _, d := range []*direction{&w.read, &w.write} {
		if w.want&d.dir != 0 && !d.runs {
			d.runs = true
			go w.wait(d)
		}
	}
	return nil
}

// schedule needs mu.
func (w *Watch) schedule() { w.interrupt() }

func (w *Watch) detach(decide func()) {
	w.p.mu.Lock()
	defer w.p.mu.Unlock()
	decide()
	delete(w.p.watches, w)
	w.release()
	w.end()
}

// end needs mu. The last one out closes what is ours.
func (w *Watch) end() {
	if w.stopped && !w.read.runs && !w.write.runs {
		w.target.close()
	}
}

func (w *Watch) wait(d *direction) {
	w.p.mu.Lock()
	defer w.p.mu.Unlock()
	for w.want&d.dir != 0 {
		ev, err := w.look(d)
		for w.giving {
			w.turn.Wait()
		}
		if w.want&d.dir == 0 {
			break
		}
		switch {
		case w.p.closed:
			ev = Closed
		case !errors.Is(err, os.ErrDeadlineExceeded):
			if err != nil { // its owner has closed it
				w.want = 0
			}
		case !w.deadline.IsZero() && time.Until(w.deadline) <= 0:
			ev = Timeout
		}
		if ev != 0 {
			w.tell(ev)
		}
	}
	d.runs = false
	w.end()
}

// look gives up mu while it is blocked.
func (w *Watch) look(d *direction) (ev Event, err error) {
	probe := prober(w.want & d.dir)
	d.limit(w.deadline)
	if w.p.closed {
		return 0, nil
	}
	d.blocked = true
	w.p.mu.Unlock()
	err = d.block(func(fd uintptr) bool {
		ev = probe(fd)
		return ev != 0
	})
	w.p.mu.Lock()
	d.blocked = false
	d.limit(time.Time{})
	w.turn.Broadcast()
	return ev, err
}

// tell gives up mu for the call.
func (w *Watch) tell(ev Event) {
	want, always := w.want, w.always
	w.want, w.giving = 0, true
	w.release()
	w.giveUnlocked(ev)
	w.giving = false
	w.turn.Broadcast()
	if always {
		w.p.mu.Unlock()
		w.again(want, ev)
		w.p.mu.Lock()
	}
}

// giveUnlocked gives up mu for the call, and has it again also when that panics.
func (w *Watch) giveUnlocked(ev Event) {
	w.p.mu.Unlock()
	defer w.p.mu.Lock()
	w.give(ev)
}
