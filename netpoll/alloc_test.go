//go:build !race

package netpoll_test

import (
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/netpoll"
)

// pair is a connection through a Listener with its hook, outside any server.
func pair(t testing.TB) (l *netpoll.Listener, server, client net.Conn) {
	t.Helper()
	l, err := netpoll.Listen(listenOn(t, "tcp"), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	client = dial(t, l)
	if server, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	l.ConnState(server, http.StateNew)
	return l, server, client
}

// request makes the calls of one keep-alive request as net/http does.
func request(l *netpoll.Listener, server, client net.Conn, buf []byte) {
	client.Write(buf[:100])
	server.Read(buf)
	l.ConnState(server, http.StateActive)
	server.SetReadDeadline(time.Time{})
	server.Write(buf[:100])
	client.Read(buf[:100])
	l.ConnState(server, http.StateIdle)
	server.SetReadDeadline(time.Time{})
}

// A busy connection pays no allocation for being able to park.
func TestBusyConnAllocs(t *testing.T) {
	l, server, client := pair(t)
	buf := make([]byte, 4096)
	if n := testing.AllocsPerRun(200, func() { request(l, server, client, buf) }); n != 0 {
		t.Errorf("%v allocations for each request, want 0", n)
	}
}

// An echoed frame costs no allocation, on the loops.
func TestServerEchoAllocs(t *testing.T) {
	if !parks {
		return
	}
	for _, network := range []string{"tcp", "unix"} {
		var frames netpoll.LengthPrefix
		answer := make([]byte, 0, 100)
		s := serveStreams(t, listenOn(t, network), &netpoll.Server{
			IdleTimeout: time.Minute,
			OnData: netpoll.Frames(frames.Split, func(s *netpoll.Stream, frame []byte) error {
				answer, _ = frames.Append(answer[:0], frame)
				_, err := s.Write(answer)
				return err
			}),
		})
		c := dial(t, s.ln)
		sent, _ := frames.Append(nil, make([]byte, 64))
		got := make([]byte, len(sent))
		if n := testing.AllocsPerRun(500, func() {
			c.Write(sent)
			io.ReadFull(c, got)
		}); n != 0 {
			t.Errorf("%s: %v allocations for each message, want 0", network, n)
		}
	}
}
