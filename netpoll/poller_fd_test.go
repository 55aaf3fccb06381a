//go:build unix

package netpoll_test

import (
	"net"
	"os"
	"syscall"
	"testing"
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
