//go:build linux && !portable

package netpoll

import (
	"net"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// parkedPair is a listener with one end of a socket pair parked.
func parkedPair(t *testing.T) (l *Listener, fd, peer int) {
	t.Helper()
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if l, err = Listen(inner, nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	p, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(p[1]) })
	l.count.open.Add(1)
	l.lot.park(p[0], record{id: 9}, time.Time{})
	return l, p[0], p[1]
}

// An event harvested before somebody else took the fd, and the number was parked anew, is not for the new one.
func TestStaleEventIsDropped(t *testing.T) {
	l, fd, _ := parkedPair(t)
	l.lot.mu.Lock()
	gen := l.lot.table.at(fd).gen
	l.lot.mu.Unlock()
	for _, ev := range []unix.EpollEvent{
		{Fd: int32(fd), Pad: int32(gen - 1), Events: unix.EPOLLIN},
		{Fd: int32(fd), Pad: int32(gen + 1), Events: unix.EPOLLHUP},
		{Fd: int32(fd), Pad: 0, Events: unix.EPOLLIN},
		{Fd: int32(fd + 1), Pad: int32(gen), Events: unix.EPOLLIN},
		{Fd: 1 << 20, Pad: 0, Events: unix.EPOLLIN},
	} {
		l.lot.handle(ev)
		if s := l.Stats(); s.Parked != 1 || s.Wakes != 0 || s.Reaped != 0 {
			t.Fatalf("%+v moved the connection: %+v", ev, s)
		}
	}
}

// A socket whose description lives on elsewhere leaves no trace in our epoll: its number can be parked again.
func TestTakeForgetsSharedSocket(t *testing.T) {
	l, fd, peer := parkedPair(t)
	held, err := unix.Dup(fd)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(held)
	l.CloseIdle()
	if err := unix.Dup3(held, fd, unix.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	l.count.open.Add(1)
	l.lot.park(fd, record{id: 10}, time.Time{})
	if s := l.Stats(); s.Parked != 1 {
		t.Fatalf("the number is refused: %+v", s)
	}
	unix.Write(peer, []byte("x"))
	nc, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	if id := nc.(Conn).ID(); id != 10 {
		t.Errorf("woke %d, want 10", id)
	}
}

// At the fd limit a wake needs no fd beyond those it has.
func TestWakeAtFdLimit(t *testing.T) {
	l, _, peer := parkedPair(t)
	var old unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &old); err != nil {
		t.Fatal(err)
	}
	spare, err := unix.Dup(peer) // all numbers below this one are in use but those the loop takes
	if err != nil {
		t.Fatal(err)
	}
	low := old
	low.Cur = uint64(spare) + 1
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &low); err != nil {
		t.Fatal(err)
	}
	defer unix.Setrlimit(unix.RLIMIT_NOFILE, &old)
	taken := []int{spare}
	for {
		fd, err := unix.Dup(peer)
		if err != nil {
			break
		}
		taken = append(taken, fd)
	}
	defer func() {
		for _, fd := range taken {
			unix.Close(fd)
		}
	}()
	unix.Write(peer, []byte("x"))
	nc, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	nc.Close()
}

func TestSlotSize(t *testing.T) {
	if n := unsafe.Sizeof(slot{}); n > 40 {
		t.Errorf("a parked connection takes %d bytes, the documentation says 40", n)
	}
}
