//go:build unix

package netpoll_test

import (
	"net"
	"os"
	"syscall"
	"testing"
	"time"
)

func TestPollerWatchFD(t *testing.T) {
	var fds [2]int
	if err := syscall.Pipe(fds[:]); err != nil {
		t.Fatal(err)
	}
	r, w := fds[0], fds[1]
	defer syscall.Close(r)
	for _, fd := range fds {
		if err := syscall.SetNonblock(fd, true); err != nil {
			t.Fatal(err)
		}
	}
	p := newPoller(t)
	watch, err := p.WatchFD(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	once(t, watch, readable)
	expectNone(t, watch)
	syscall.Write(w, []byte("x"))
	expect(t, watch, readable)
	var b [2]byte
	if n, err := syscall.Read(r, b[:]); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	once(t, watch, readable)
	syscall.Close(w)
	expect(t, watch, readable|hangUp)
	once(t, watch, hangUp)
	expect(t, watch, hangUp)
	if watch.Stop() {
		t.Error("was waiting")
	}
	if bad, err := p.WatchFD(-1, nil); err == nil && bad.Once(readable) == nil {
		t.Error("no descriptor, no error")
	}
}

// A file that is always ready has nothing to wait for.
func TestPollerRegularFile(t *testing.T) {
	f, err := os.Open(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	raw, err := f.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	raw.Control(func(fd uintptr) {
		w, err := newPoller(t).WatchFD(int(fd), nil)
		if err == nil {
			err = w.Once(readable)
			if w.Stop() {
				t.Error("waits after an error")
			}
		}
		if err == nil {
			t.Error("is waited for")
		}
	})
}

// Datagrams too.
func TestPollerUDP(t *testing.T) {
	here, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer here.Close()
	there, err := net.Dial("udp", here.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer there.Close()
	w, err := newPoller(t).Watch(here, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	once(t, w, readable)
	expectNone(t, w)
	send(t, there, "datagram")
	expect(t, w, readable)
	var b [16]byte
	if n, err := here.Read(b[:]); n != 8 || err != nil {
		t.Error(n, err)
	}
}

// What is not waited for costs nothing, though it be ready.
func TestPollerRestsWithoutCost(t *testing.T) {
	w, _, there := watchedEnds(t, newPoller(t))
	send(t, there, "never read")
	once(t, w, readable)
	expect(t, w, readable)
	before := cpuTime(t)
	time.Sleep(300 * time.Millisecond)
	if spent := cpuTime(t) - before; spent > 200*time.Millisecond {
		t.Errorf("%v of CPU in 300 ms of rest", spent)
	}
}

func cpuTime(t *testing.T) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
