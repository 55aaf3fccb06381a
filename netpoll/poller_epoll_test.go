//go:build linux && !portable

package netpoll

import (
	"net"
	"testing"

	"golang.org/x/sys/unix"
)

// An event that was harvested for one arming is not for the next, nor for another Watch in its slot.
func TestPollerDropsStaleEvents(t *testing.T) {
	p, err := NewPoller()
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var stale unix.EpollEvent
	for range 3 {
		w, err := p.Watch(c, nil)
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if err := w.Once(Readable); err != nil {
				t.Fatal(err)
			}
			p.handle(stale)
			if len(w.C) > 0 {
				t.Fatalf("got %v", <-w.C)
			}
			stale = unix.EpollEvent{Events: unix.EPOLLIN, Fd: w.slot, Pad: int32(w.gen)}
		}
		w.Stop()
		p.handle(stale)
	}
}
