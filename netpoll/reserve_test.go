//go:build linux && !portable

package netpoll

import (
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// hog takes every fd there is, now and again, until stop.
func hog(t *testing.T) (take func() int) {
	var old unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &old); err != nil {
		t.Fatal(err)
	}
	first, err := unix.Dup(1)
	if err != nil {
		t.Fatal(err)
	}
	low := old
	low.Cur = uint64(first) + 64
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &low); err != nil {
		t.Fatal(err)
	}
	held := []int{first}
	t.Cleanup(func() {
		unix.Setrlimit(unix.RLIMIT_NOFILE, &old)
		for _, fd := range held {
			unix.Close(fd)
		}
	})
	return func() (n int) {
		for {
			fd, err := unix.Dup(1)
			if err != nil {
				return n
			}
			held = append(held, fd)
			n++
		}
	}
}

// With no fd left, connections still park and wake: on the reserve, which is full again afterwards.
func TestParksAndWakesAtFdLimit(t *testing.T) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l, err := Listen(inner, &Options{ParkAfter: 20 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: http.NotFoundHandler()}
	l.Install(srv)
	done := make(chan error)
	go func() { done <- srv.Serve(l) }()
	defer func() { srv.Close(); <-done }()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(20 * time.Second))
	ask := func() {
		t.Helper()
		io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		if _, err := c.Read(make([]byte, 4096)); err != nil {
			t.Fatal(err)
		}
	}
	ask()
	take := hog(t)
	for i := range 5 {
		take()
		want := l.Stats().Parks + 1
		for l.Stats().Parks < want { // before the fix of a reserve, never
			time.Sleep(time.Millisecond)
			take()
			if t.Context().Err() != nil {
				return
			}
		}
		take()
		ask()
		if n := l.lot.spare.held.Load(); n == 0 && i == 0 {
			t.Errorf("the reserve was used up by one park")
		}
	}
}

func TestReserve(t *testing.T) {
	var r reserve
	r.fill(1)
	calls := 0
	if err := r.use(func() error { calls++; return unix.EMFILE }); err != unix.EMFILE || calls != spares+1 {
		t.Errorf("%d calls, %v", calls, err)
	}
	r.fill(1)
	if n := r.held.Load(); n != spares {
		t.Errorf("holds %d", n)
	}
	r.close()
	r.fill(1)
	if n := len(r.fds); n != 0 {
		t.Errorf("holds %d after close", n)
	}
}

// A wake for which there is no fd, not even one of the reserve, waits until there is, or until Close.
func TestWakeWaitsForAnFd(t *testing.T) {
	for _, end := range []string{"room", "Close"} {
		t.Run(end, func(t *testing.T) {
			l, fd, peer := parkedPair(t)
			l.lot.mu.Lock()
			out, _ := l.lot.take(fd, l.lot.table.at(fd).gen)
			l.lot.mu.Unlock()
			const high = 1000 // above the limit: closing it gives no number back
			if err := dup3(fd, high); err != nil {
				t.Fatal(err)
			}
			unix.Close(fd)
			l.lot.park(high, out.rec, never, nil)
			l.lot.spare.close()
			l.inner.Close() // or Close would give back a number
			t.Run("no fd", func(t *testing.T) {
				hog(t)()
				unix.Write(peer, []byte("x"))
				for l.Stats().Parked != 0 {
					time.Sleep(time.Millisecond)
				}
				time.Sleep(4 * firstPause) // for what must not come
				if s := l.Stats(); s.Wakes != 0 || s.Reaped != 0 {
					t.Errorf("did not wait: %+v", s)
				}
				if end == "Close" {
					l.Close()
					if s := l.Stats(); s.Open != 0 {
						t.Errorf("%+v", s)
					}
				}
			})
			if end == "room" && !t.Failed() {
				(<-l.arrived).nc.Close()
			}
		})
	}
}
