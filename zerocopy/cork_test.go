//go:build linux && !portable

package zerocopy_test

import (
	"io"
	"net"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/hotpath-go/hotpath/zerocopy"
)

// While a long file is on its way the socket is corked, see corkMin. However
// the send ends, it is not any more.
func TestCorkOfALongFile(t *testing.T) {
	const size = 32 << 20
	for name, end := range map[string]func(f *os.File, server, client net.Conn){
		"all sent":    func(_ *os.File, _, client net.Conn) { go io.Copy(io.Discard, client) },
		"truncated":   func(f *os.File, _, client net.Conn) { f.Truncate(size - 1); go io.Copy(io.Discard, client) },
		"deadline":    func(_ *os.File, server, _ net.Conn) { server.SetWriteDeadline(time.Unix(1, 0)) },
		"client gone": func(_ *os.File, _, client net.Conn) { client.Close() },
	} {
		f := tempFile(t, nil)
		f.Truncate(size)
		server, client := pair(t, "tcp")
		done := make(chan error)
		go func() {
			_, err := zerocopy.Send(server, zerocopy.NewBody(zerocopy.String("header"), zerocopy.File(f, 0, size)))
			done <- err
		}()
		for began := time.Now(); corked(t, server) == 0; time.Sleep(time.Millisecond) {
			if time.Since(began) > 10*time.Second {
				t.Fatalf("%s: not corked", name)
			}
		}
		end(f, server, client)
		if err := <-done; (err == nil) != (name == "all sent") {
			t.Errorf("%s: %v", name, err)
		}
		if on := corked(t, server); on != 0 {
			t.Errorf("%s: still corked", name)
		}
	}
}

// A file that net/http hands on, as of io.Copy(w, f), is sent by package net, and
// from a corked socket too; what has to be waited for is not.
func TestCorkOfACopiedFile(t *testing.T) {
	const size = 32 << 20
	f := tempFile(t, nil)
	f.Truncate(size)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	go io.Copy(w, io.NewSectionReader(f, 0, size))
	for name, tt := range map[string]struct {
		src  func() io.Reader
		pos  int64
		want int
	}{
		"file":          {func() io.Reader { return f }, 0, 1},
		"its end":       {func() io.Reader { return f }, size - 100_000, 0},
		"limited":       {func() io.Reader { return io.LimitReader(f, 30<<20) }, 0, 1},
		"limited low":   {func() io.Reader { return io.LimitReader(f, 100_000) }, 0, 0},
		"limited twice": {func() io.Reader { return io.LimitReader(io.LimitReader(f, 30<<20), 100_000) }, 0, 0},
		"pipe":          {func() io.Reader { return r }, -1, 0},
	} {
		for _, ending := range []string{"read", "deadline"} {
			if tt.pos >= 0 {
				f.Seek(tt.pos, io.SeekStart)
			}
			server, client := pair(t, "tcp")
			src := tt.src()
			done := make(chan error)
			go func() { _, err := server.(io.ReaderFrom).ReadFrom(src); done <- err }()
			seen, patience := 0, 200*time.Millisecond
			if tt.want != 0 {
				patience = 10 * time.Second // a busy machine
			}
			for began := time.Now(); seen == 0 && time.Since(began) < patience; time.Sleep(time.Millisecond) {
				seen = corked(t, server)
			}
			if seen != tt.want {
				t.Errorf("%s: corked %d; want %d", name, seen, tt.want)
			}
			if ending == "deadline" || name == "pipe" {
				server.SetWriteDeadline(time.Unix(1, 0))
			} else {
				go io.Copy(io.Discard, client)
			}
			<-done
			if on := corked(t, server); on != 0 {
				t.Errorf("%s, %s: still corked", name, ending)
			}
			server.Close()
		}
	}
}

// A cork must not wait for what a small buffer has no room for: with the least
// the kernel grants nothing takes the 200 ms after which it sends by itself.
func TestCorkWithASmallBuffer(t *testing.T) {
	const size = 2 << 20
	f := tempFile(t, noise(size))
	server, client := pair(t, "tcp")
	server.(interface{ SetWriteBuffer(int) error }).SetWriteBuffer(1)
	go zerocopy.Send(server, zerocopy.NewBody(zerocopy.File(f, 0, size)))
	buf, worst := make([]byte, 64<<10), time.Duration(0)
	for n := 0; n < size; {
		began := time.Now()
		m, err := client.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		worst, n = max(worst, time.Since(began)), n+m
	}
	if worst > 150*time.Millisecond {
		t.Errorf("a read waited %v", worst)
	}
}

// corked returns the option TCP_CORK of a conn of a Listener.
func corked(t *testing.T, c net.Conn) (on int) {
	t.Helper()
	rc, err := c.(interface{ NetConn() net.Conn }).NetConn().(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	rc.Control(func(fd uintptr) { on, err = unix.GetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_CORK) })
	if err != nil {
		t.Fatal(err)
	}
	return on
}
