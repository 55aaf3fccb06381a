//go:build linux && !portable

package netpoll

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// An event that was harvested for a Stream that has ended is not for the next one in its slot.
func TestLoopDropsStaleEvents(t *testing.T) {
	calls := 0
	v := &Server{OnData: func(_ *Stream, p []byte) (int, error) { calls++; return len(p), nil }}
	v.defaults()
	l, err := newLoop()
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(l.bell)
	defer l.epoll.Close()
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(pair[0])
	defer unix.Close(pair[1])
	w := &fdWire{l: l, fd: pair[0]}
	w.srv, w.wire = v, w
	if l.join(w); w.failure != nil {
		t.Fatal(w.failure)
	}
	if _, err := unix.Write(pair[1], []byte("x")); err != nil {
		t.Fatal(err)
	}
	ev := unix.EpollEvent{Events: unix.EPOLLIN, Fd: w.slot, Pad: int32(w.gen) - 1}
	if l.handle(ev, time.Now()); calls != 0 {
		t.Error("OnData was called for the slot's last Stream")
	}
	ev.Pad++
	if l.handle(ev, time.Now()); calls != 1 {
		t.Errorf("OnData was called %d times for its own event", calls)
	}
}

// A Stream that the epoll does not take, as at fs.epoll.max_user_watches, is opened and ends: OnClose may rely on OnOpen.
func TestLoopOpensWhatItCannotTake(t *testing.T) {
	said := make(chan string, 4)
	v := &Server{
		OnOpen:  func(s *Stream) { _, err := s.Write([]byte("hello")); said <- fmt.Sprint("open ", err) },
		OnData:  func(_ *Stream, p []byte) (int, error) { said <- "data"; return len(p), nil },
		OnClose: func(_ *Stream, err error) { said <- fmt.Sprint("close ", errors.Is(err, unix.EPERM)) },
	}
	_, end := serveLoop(t, "tcp", v)
	for serving := false; !serving; time.Sleep(time.Millisecond) {
		v.mu.Lock()
		serving = v.begun
		v.mu.Unlock()
	}
	f, err := os.Create(filepath.Join(t.TempDir(), "file")) // which no epoll takes
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	fd, err := unix.Dup(int(f.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	v.engine.take(v, fd, nil)
	for _, want := range []string{fmt.Sprint("open ", ErrStreamClosed), "close true"} {
		if got := <-said; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if l := end(); len(l.free) != len(l.slots) || l.open.Load() != 0 {
		t.Errorf("%d slots, %d free, %d open", len(l.slots), len(l.free), l.open.Load())
	}
}

// serveLoop serves with one loop, which is nobody else's once the returned function has.
func serveLoop(t *testing.T, network string, v *Server) (addr net.Addr, end func() *loop) {
	at := "127.0.0.1:0"
	if network == "unix" {
		at = filepath.Join(t.TempDir(), "s")
	}
	ln, err := net.Listen(network, at)
	if err != nil {
		t.Fatal(err)
	}
	v.Loops = 1
	done := make(chan error, 1)
	go func() { done <- v.Serve(ln) }()
	return ln.Addr(), func() *loop {
		v.Close()
		<-done
		return v.engine.loops[0]
	}
}

// Streams that come one after another stand in one slot.
func TestLoopSlotsAreUsedAgain(t *testing.T) {
	ended := make(chan struct{}, 1)
	addr, end := serveLoop(t, "tcp", &Server{
		OnData:  func(_ *Stream, p []byte) (int, error) { return len(p), nil },
		OnClose: func(*Stream, error) { ended <- struct{}{} },
	})
	for range 100 {
		c, err := net.Dial("tcp", addr.String())
		if err != nil {
			t.Fatal(err)
		}
		c.Close()
		<-ended
	}
	if l := end(); len(l.slots) != 1 {
		t.Errorf("%d slots for one Stream at a time", len(l.slots))
	}
}

// A peer on a Unix socket that has closed is reported by epoll at every look, whatever it is asked for: while the Stream is
// paused that must not keep its loop going.
func TestPausedStreamWhosePeerHasLeftCostsNothing(t *testing.T) {
	got, ended, streams := make(chan string, 1), make(chan error, 1), make(chan *Stream, 1)
	addr, end := serveLoop(t, "unix", &Server{
		OnOpen:  func(s *Stream) { s.Pause(); streams <- s },
		OnData:  func(_ *Stream, p []byte) (int, error) { got <- string(p); return len(p), nil },
		OnClose: func(_ *Stream, err error) { ended <- err },
	})
	defer end()
	c, err := net.Dial("unix", addr.String())
	if err != nil {
		t.Fatal(err)
	}
	s := <-streams
	io.WriteString(c, "last words")
	c.Close()
	before := cpuUsed(t)
	time.Sleep(300 * time.Millisecond)
	if spent := cpuUsed(t) - before; spent > 150*time.Millisecond {
		t.Errorf("%v of CPU in 300 ms of rest", spent)
	}
	s.Resume()
	if p := <-got; p != "last words" {
		t.Errorf("got %q", p)
	}
	if err := <-ended; err != io.EOF {
		t.Errorf("ended with %v", err)
	}
}

func cpuUsed(t *testing.T) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
