//go:build linux && !portable

package netpoll

import (
	"crypto/tls"
	"net"
	"os"
	"testing"
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
	l.lot.park(p[0], record{id: 9}, never, nil)
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
	l.lot.park(fd, record{id: 10}, never, nil)
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

// A kept conn that somebody else has closed is over when its number is parked anew.
func TestKeptConnClosedByAnother(t *testing.T) {
	l, fd, _ := parkedPair(t)
	l.lot.mu.Lock()
	l.lot.take(fd, l.lot.table.at(fd).gen)
	l.lot.mu.Unlock()
	f := os.NewFile(uintptr(fd), "pair")
	defer f.Close()
	nc, err := net.FileConn(f)
	if err != nil {
		t.Fatal(err)
	}
	raw := rawOf(nc)
	number := 0
	raw.Control(func(fd uintptr) { number = int(fd) })
	l.lot.keep(nc, raw, record{id: 1}, never)
	nc.Close()
	other, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(other[1])
	if other[0] != number { // mostly it is the lowest that is free
		if err := dup3(other[0], number); err != nil {
			t.Fatal(err)
		}
		unix.Close(other[0])
	}
	l.count.open.Add(1)
	l.lot.park(number, record{id: 2}, never, nil)
	if s := l.Stats(); s.Open != 1 || s.Parked != 1 {
		t.Errorf("%+v", s)
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

// What came before a FIN is a session's end only if it is nothing else.
func TestIsAlert(t *testing.T) {
	record := func(typ byte, n int) []byte { return append([]byte{typ, 3, 3, 0, byte(n)}, make([]byte, n)...) }
	for i, tt := range []struct {
		p    []byte
		want bool
	}{
		{record(23, 19), true},                             // TLS 1.3
		{record(21, 26), true},                             // TLS 1.2, AES-GCM
		{record(21, 18), true},                             // TLS 1.2, ChaCha20
		{record(23, 20), false},                            // 3 bytes of a request
		{record(23, 40), false},                            // a request
		{record(21, 26)[:20], false},                       // half of it
		{append(record(23, 19), record(23, 19)...), false}, // something before it
		{[]byte{23, 3}, false},
		{nil, false},
	} {
		if got := isAlert(tt.p); got != tt.want {
			t.Errorf("%d: %v", i, got)
		}
	}
}

// A session whose FIN came with its close_notify is reaped; a request in front of the two is not lost.
func TestGoneSession(t *testing.T) {
	_, fd, peer := parkedPair(t)
	gone := taken{fd: fd, nc: &tls.Conn{}, rec: record{begun: true}}
	unix.Write(peer, append([]byte{23, 3, 3, 0, 19}, make([]byte, 19)...))
	if !isGone(gone) {
		t.Error("a close_notify is taken for a request")
	}
	if isGone(taken{fd: fd, nc: gone.nc}) {
		t.Error("reaped before the first request, where net/http may answer")
	}
	unix.Write(peer, []byte{23})
	if isGone(gone) {
		t.Error("there is more than a close_notify")
	}
}

// A session that cannot be woken leaves no keys behind.
func TestSessionIsLostWithoutKeys(t *testing.T) {
	l, _, _ := parkedPair(t)
	own, _ := agreed(t, nil)
	l.lot.wake(taken{fd: -1, tls: own})
	if own.in != (traffic{}) || own.out != (traffic{}) {
		t.Error("keys are left")
	}
}

func TestSlotSize(t *testing.T) {
	if n := unsafe.Sizeof(slot{}); n > 40 {
		t.Errorf("a parked connection takes %d bytes, the documentation says 40", n)
	}
}
